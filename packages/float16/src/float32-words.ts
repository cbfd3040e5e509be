import type { FormatInfo } from './format.ts';
import { readDoubles, typedArrayName } from './numeric-array.ts';
import { maxWord, packTable } from './pack.ts';
import type { RoundingPlan } from './rounding.ts';
import { roundStochastically } from './stochastic.ts';

const CHUNK = 4096; // values at a time: the scratch stays in the first-level cache

/**
 * Hands any input over as float32 bit patterns, a chunk at a time, such that packing them to nearest gives the result of one
 * rounding of the original values in the mode asked for. A Float32Array that is rounded to nearest is not copied.
 */
export function eachChunk(
  values: ArrayLike<number>,
  info: FormatInfo,
  plan: RoundingPlan,
  visit: (words: Uint32Array, start: number) => void,
): void {
  const float32 = typedArrayName(values) === 'Float32Array' ? (values as Float32Array) : undefined;
  const direct = float32 && plan.rounding === 'nearest-even' ? new Uint32Array(float32.buffer, float32.byteOffset, float32.length) : undefined;
  const size = Math.min(CHUNK, values.length);
  const doubles = new Float64Array(direct ? 0 : size);
  const floats = new Float32Array(direct ? 0 : size);
  for (let start = 0; start < values.length; start += CHUNK) {
    const count = Math.min(CHUNK, values.length - start);
    if (direct) {
      visit(direct.subarray(start, start + count), start);
      continue;
    }
    const words = new Uint32Array(floats.buffer, 0, count);
    readDoubles(values, start, doubles.subarray(0, count));
    if (plan.rounding === 'stochastic') roundStochastically(doubles.subarray(0, count), start, info, plan.seed, floats.subarray(0, count));
    else roundToOdd(doubles, floats, words);
    if (plan.rounding === 'toward-zero') truncate(words, info);
    visit(words, start);
  }
}

/**
 * Narrows float64 to float32 such that a second rounding cannot go wrong: what is inexact is cut off and its last bit set, so
 * that it never looks like a tie (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms
 * using rounding to odd"). Exact values pass unchanged.
 */
function roundToOdd(doubles: Float64Array, floats: Float32Array, words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const value = doubles[i]!;
    floats[i] = value;
    const near = floats[i]!;
    if (near === value || value !== value) continue;
    const tooLarge = Math.abs(near) > Math.abs(value) ? 1 : 0;
    words[i] = (words[i]! - tooLarge) | 1;
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
