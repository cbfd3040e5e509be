import type { FormatInfo } from './format.ts';

/** A 32-bit mixer: every output bit depends on every input bit (constants: C. Wellons, hash-prospector, "lowbias32"). */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return x ^ (x >>> 15);
}

/**
 * Rounds float64 values at random to one of their two neighbours in the format, as float32.
 *
 * The chance of the upper neighbour is the distance from the lower one, to 2^-33 of a step. It is drawn from (seed,
 * position) alone, so a value's fate depends neither on the values before it nor on the kind of array. Values of the
 * format stay as they are. In a format without infinity the upper neighbour of `max` is `max`: chance must not make a
 * NaN of a number.
 */
export function roundStochastically(
  doubles: Float64Array,
  start: number,
  info: FormatInfo,
  seed: number,
  floats: Float32Array,
  words: Uint32Array,
): void {
  const { mantissaBits, bias, hasInfinity, max } = info;
  const low = mix(seed >>> 0);
  const high = mix(low ^ Math.floor(seed / 2 ** 32));
  const steps = Float64Array.from({ length: 256 }, (_, row) => 2 ** (Math.max(row - 127, 1 - bias) - mantissaBits));
  for (let i = 0; i < doubles.length; i++) {
    const value = doubles[i]!;
    const size = Math.abs(value);
    floats[i] = size;
    if (size === 0 || !(size < Infinity)) {
      floats[i] = value;
      continue;
    }
    const exponentRow = (words[i]! - (floats[i]! > size ? 1 : 0)) >>> 23; // of the value itself, not of its float32 rounding
    const step = steps[exponentRow]!;
    const exact = size / step;
    const lower = Math.floor(exact);
    const chance = (exact - lower) * 2 ** 32 - 0.5;
    const draw = mix(mix((start + i) ^ low) + high) >>> 0;
    let rounded = (draw < chance ? lower + 1 : lower) * step;
    if (!hasInfinity && rounded > max) rounded = max;
    floats[i] = value < 0 ? -rounded : rounded;
  }
}
