/** Times of one kernel. */
export interface KernelResult {
  /** Milliseconds of one run of the operation, one value a sample. */
  readonly ms: readonly number[];
  /** Dispatches of one run of the operation. */
  readonly dispatches: number;
  readonly storageBytesBound: number;
}
