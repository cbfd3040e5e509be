/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** A number from the normal distribution with mean 0 and deviation 1. */
  normal(): number;
}

/**
 * Makes a stream of random numbers from a seed.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand, integer arithmetic only, so all engines agree to the bit.
 * The streams of one seed differ by `stream`: pictures, weights and batch order must not move together.
 *
 * @param seed - any whole number from 0 to 2^32 - 1
 * @param stream - a name for what the numbers are used for
 * @returns a stream that starts anew with each call
 *
 * @example
 * createRandom(1, 'weights').next() === createRandom(1, 'weights').next(); // true
 */
export function createRandom(seed: number, stream: string): Random {
  let a = seed >>> 0;
  let b = hashOf(stream);
  let c = 0x9e3779b9;
  let counter = 1;
  const word = (): number => {
    const mixed = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return mixed >>> 0;
  };
  for (let i = 0; i < 15; i += 1) word(); // lets close seeds drift apart
  const next = (): number => word() / 2 ** 32;
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    integer: (below) => Math.floor(next() * below),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** FNV-1a over the UTF-16 units of a name. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
