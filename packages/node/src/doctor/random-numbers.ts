/**
 * The same numbers in [-1, 1) for the same seed: a linear congruential generator with the constants of Numerical Recipes,
 * of whose 32 bits the upper 24 are used. Pure.
 *
 * @example
 * randomNumbers(3, 1).length; // 3
 */
export function randomNumbers(count: number, seed: number): Float32Array {
  let state = Math.imul(seed, 2654435761) >>> 0; // neighbouring seeds start far apart
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}
