/** How a matrix product differs from the exact one. */
export interface ProductJudgement {
  /** The largest |found - exact|. */
  readonly largestError: number;
  /** The same as a part of the largest exact magnitude. */
  readonly relativeError: number;
  /** Whether every number lies within what its rounding allows. */
  readonly withinRounding: boolean;
}

/** The exact product of two matrices, and for each of its numbers the sum of the magnitudes that were added up. */
export interface ExactProduct {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

/** Numbers in [-1, 1) that are the same everywhere (mulberry32). */
export function testMatrix(size: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: size * size }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Multiplies square matrices in double precision: 2 million products at 128. */
export function exactProduct(a: Float32Array, b: Float32Array, size: number): ExactProduct {
  const values = new Float64Array(size * size);
  const magnitudes = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let k = 0; k < size; k += 1) {
      const left = a[row * size + k] ?? 0;
      for (let column = 0; column < size; column += 1) {
        const term = left * (b[k * size + column] ?? 0);
        const at = row * size + column;
        values[at] = (values[at] ?? 0) + term;
        magnitudes[at] = (magnitudes[at] ?? 0) + Math.abs(term);
      }
    }
  }
  return { values, magnitudes };
}

/** Unit roundoff of each storage. */
const ROUNDOFF = { float32: 2 ** -24, float16: 2 ** -11 } as const;

/**
 * Compares a product that a GPU made with the exact one.
 *
 * What is allowed (Higham, Accuracy and Stability of Numerical Algorithms, section 3): both factors and the result are rounded to the storage, and the sum of
 * `size` terms is made in float32.
 *
 * @param found - the product
 * @param exact - the same from `exactProduct`
 * @param size - rows, columns and terms
 * @param storage - what factors and result were stored in
 */
export function judgeProduct(
  found: ArrayLike<number>,
  exact: ExactProduct,
  size: number,
  storage: keyof typeof ROUNDOFF,
): ProductJudgement {
  const unit = ROUNDOFF[storage];
  const sums = size * ROUNDOFF.float32 * 2;
  let [largestError, largest, withinRounding] = [0, 0, true];
  for (const [i, value] of exact.values.entries()) {
    const error = Math.abs((found[i] ?? NaN) - value);
    const allowed = (exact.magnitudes[i] ?? 0) * (2.01 * unit + sums) + 1.01 * unit * Math.abs(value);
    if (!(error <= allowed)) withinRounding = false;
    if (error > largestError || Number.isNaN(error)) largestError = error; // a NaN stays
    largest = Math.max(largest, Math.abs(value));
  }
  return { largestError, relativeError: largestError / largest, withinRounding };
}
