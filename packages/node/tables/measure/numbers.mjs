/** All 65,536 values of a 16-bit format, as float32: subnormal ones of bfloat16 left out, which TensorFlow's threads may flush to zero. */
export const everyValue = {
  /** 2^-24 steps below 2^-14, 11 significant bits above. */
  float16: Float32Array.from({ length: 65_536 }, (_, bits) => {
    const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }),
  bfloat16: new Float32Array(
    Uint32Array.from({ length: 65_536 }, (_, bits) => ((bits & 0x7f80) === 0 ? bits & 0x8000 : bits) << 16).buffer,
  ),
};

/**
 * Numbers that are the same on each run (a linear congruential generator, Numerical Recipes' constants).
 *
 * @param {number} seed
 */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    /** @param {number} length @param {number} from @param {number} to */
    between: (length, from, to) => Float32Array.from({ length }, () => from + (to - from) * next()),
    /** @template T @param {ArrayLike<T>} values @param {number} length */
    pick: (values, length) => Array.from({ length }, () => /** @type {T} */ (values[Math.floor(next() * values.length)])),
  };
}

/** Bits of precision, smallest normal exponent and first exponent that overflows. */
const shapes = { float16: { bits: 11, lowest: -14, top: 16 }, bfloat16: { bits: 8, lowest: -126, top: 128 } };

/**
 * How far a 16-bit result is from the float32 one, in units of the last place of the format: at most 0.5 where it was rounded once.
 *
 * @param {number} result
 * @param {number} reference
 * @param {'float16' | 'bfloat16'} format
 * @param {number} [scale] - numbers below it are counted by its unit
 * @returns {number} Infinity where only one of them is NaN
 */
export function ulpsBetween(result, reference, format, scale = 0) {
  const { bits, lowest, top } = shapes[format];
  if (Number.isNaN(result) || Number.isNaN(reference)) return Number.isNaN(result) && Number.isNaN(reference) ? 0 : Infinity;
  const finite = (/** @type {number} */ value) => Math.max(-(2 ** top), Math.min(2 ** top, value)); // infinity: the next binade
  const [a, b] = [finite(result), finite(reference)];
  if (a === b) return 0;
  if (Math.max(Math.abs(a), Math.abs(b)) < 2 ** -126) return 0; // flushed to zero or not
  const exponent = Math.max(lowest, Math.floor(Math.log2(Math.max(Math.abs(b), scale, 2 ** lowest))));
  return Math.abs(a - b) / 2 ** (Math.min(exponent, top - 1) + 1 - bits);
}
