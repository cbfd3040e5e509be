/** Square grey pictures of tissue with a mask each. */
export interface MembraneSet {
  /** Pixels along one edge. */
  readonly side: number;
  /** All pictures one after another, row by row: around 0, of order 1, dark is negative. */
  readonly pictures: Float32Array;
  /** 1 where a membrane is, 0 inside of cells; laid out as `pictures`. */
  readonly masks: Float32Array;
}

/** What a segmentation learns from and what it is judged by. */
export interface MembraneData {
  /** Where the pictures come from, in words. */
  readonly source: string;
  readonly train: MembraneSet;
  /** Never trained on. */
  readonly heldOut: MembraneSet;
}

/** How many pictures a set holds. Pure. */
export function pictureCount({ side, pictures }: MembraneSet): number {
  return pictures.length / (side * side);
}
