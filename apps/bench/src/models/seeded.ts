/** Numbers that are the same for the same seed, on every machine and in every library that is compared. */
export interface Seeded {
  /** `count` numbers from the normal distribution with mean 0. */
  normals(count: number, deviation?: number): Float32Array;
  /** `count` whole numbers in [0, below). */
  integers(count: number, below: number): Int32Array;
}

/**
 * Makes a stream of seeded numbers: mulberry32 for the bits, Box and Muller for the normal distribution.
 *
 * Equal weights and data in every library are what makes equal losses prove equal work.
 *
 * @param seed - any whole number
 * @returns a stream that starts anew with each call
 *
 * @example
 * seeded(1).integers(3, 10).length; // 3
 */
export function seeded(seed: number): Seeded {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    normals(count, deviation = 1) {
      const values = new Float32Array(count);
      for (let i = 0; i < count; i += 1) values[i] = normal() * deviation;
      return values;
    },
    integers(count, below) {
      const values = new Int32Array(count);
      for (let i = 0; i < count; i += 1) values[i] = Math.floor(uniform() * below);
      return values;
    },
  };
}
