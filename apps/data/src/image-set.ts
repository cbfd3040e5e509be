/** Square grey pictures of digits with their labels. */
export interface ImageSet {
  /** Pixels along one edge. */
  readonly side: number;
  /** All pictures one after another, row by row; 0 is paper, 1 is ink. */
  readonly pixels: Float32Array;
  /** The digit of each picture. */
  readonly labels: Uint8Array;
}

/** What a run learns from and what it is judged by. */
export interface DigitData {
  /** Where the pictures come from, in words. */
  readonly source: string;
  readonly train: ImageSet;
  /** Never trained on. */
  readonly heldOut: ImageSet;
}

/**
 * Picks pictures by their index.
 *
 * Copies: the result shares no memory with `set`.
 *
 * @param set - the pictures to pick from
 * @param indices - which, in order
 * @returns a set of its own
 */
export function pick(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  const size = set.side * set.side;
  const pixels = new Float32Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i += 1) {
    const from = indices[i] ?? 0;
    pixels.set(set.pixels.subarray(from * size, (from + 1) * size), i * size);
    labels[i] = set.labels[from] ?? 0;
  }
  return { side: set.side, pixels, labels };
}
