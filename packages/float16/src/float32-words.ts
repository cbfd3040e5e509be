import type { FormatInfo } from './format.ts';
import { readDoubles, typedArrayName } from './numeric-array.ts';
import { maxWord, packTable } from './pack.ts';
import type { RoundingPlan } from './rounding.ts';
import { roundStochastically } from './stochastic.ts';

const CHUNK = 4096; // values at a time: the scratch stays in the first-level cache

/**
 * Hands any input over as float32 bit patterns, a chunk at a time, such that packing them to nearest gives the result of one
 * rounding of the original values in the mode asked for.
 */
export function eachChunk(
  values: ArrayLike<number>,
  info: FormatInfo,
  { rounding, seed }: RoundingPlan,
  visit: (words: Uint32Array, start: number) => void,
): void {
  const isFloat32 = rounding !== 'stochastic' && typedArrayName(values) === 'Float32Array';
  const size = Math.min(CHUNK, values.length);
  const allFloats = new Float32Array(size);
  const allDoubles = new Float64Array(isFloat32 ? 0 : size);
  for (let start = 0; start < values.length; start += CHUNK) {
    const floats = allFloats.subarray(0, values.length - start);
    const words = new Uint32Array(floats.buffer, 0, floats.length);
    if (isFloat32) floats.set((values as Float32Array).subarray(start, start + CHUNK));
    else {
      const doubles = allDoubles.subarray(0, floats.length);
      readDoubles(values, start, doubles);
      if (rounding === 'stochastic') roundStochastically(doubles, start, info, seed, floats, words);
      else roundToOdd(doubles, floats, words);
    }
    if (rounding === 'toward-zero') truncate(words, info);
    visit(words, start);
  }
}

/**
 * Narrows float64 to float32 such that a second rounding cannot go wrong: what is inexact is cut off and its last bit set, so
 * that it never looks like a tie (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms
 * using rounding to odd"). Exact values pass unchanged.
 */
function roundToOdd(doubles: Float64Array, floats: Float32Array, words: Uint32Array): void {
  floats.set(doubles);
  for (let i = 0; i < words.length; i++) {
    const value = doubles[i]!;
    const near = floats[i]!;
    const tooLarge = Number(Math.abs(near) > Math.abs(value)); // a branch here would be mispredicted every other time
    if (near - value) words[i] = (words[i]! - tooLarge) | 1; // neither exact (0) nor NaN
  }
}

/** Cuts finite float32 patterns down to values of the format, and what lies beyond `max` to `max`. */
function truncate(words: Uint32Array, info: FormatInfo): void {
  const { shift } = packTable(info);
  const largest = maxWord(info);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const magnitude = word & 0x7fffffff;
    if (magnitude >= 0x7f800000) continue;
    const lost = shift[word >>> 23]!;
    const kept = lost > 23 ? 0 : (magnitude >>> lost) << lost;
    words[i] = (word & 0x80000000) | Math.min(kept, largest);
  }
}
