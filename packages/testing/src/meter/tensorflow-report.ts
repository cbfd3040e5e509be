/** How one TensorFlow op ran in a span, by the handles that TensorFlow itself got. */
export interface TensorflowOpCounts {
  runs: number;
  /** Inputs of floating point, 16 or 32 bits wide. */
  floatInputs: number;
  /** Those of 16 bits. */
  halfInputs: number;
}

/** Counters of one span; all start at 0. Bytes are bytes, everything else is a number of calls. */
export interface TensorflowCounts {
  /** Ops that TensorFlow was asked to run. */
  ops: number;
  /** Bytes of the inputs and outputs of all ops, those left out that only show their input: an upper bound of memory traffic. */
  operandBytes: number;
  /** Casts of float32 to a 16-bit format. */
  castsDown: number;
  /** Casts of a 16-bit format to float32. */
  castsUp: number;
  /** Casts down of watched tensors, or of what only shows them (a reshaped weight). */
  castsOfWatched: number;
  /** Tensors read from TensorFlow: each waits for it. */
  readbacks: number;
  readbackBytes: number;
  uploads: number;
  uploadBytes: number;
}

/** The counters of a span, the bytes of live handles, and the share of each op. */
export interface TensorflowReport extends Readonly<TensorflowCounts> {
  readonly bytesLiveStart: number;
  readonly bytesLiveEnd: number;
  /** Highest sum of the bytes of live handles. */
  readonly bytesPeak: number;
  /** By op, most runs first. */
  readonly byOp: Readonly<Record<string, Readonly<TensorflowOpCounts>>>;
}

/** Makes the counters of a span that has not begun. */
export function emptyTensorflowCounts(): TensorflowCounts {
  return {
    ops: 0,
    operandBytes: 0,
    castsDown: 0,
    castsUp: 0,
    castsOfWatched: 0,
    readbacks: 0,
    readbackBytes: 0,
    uploads: 0,
    uploadBytes: 0,
  };
}
