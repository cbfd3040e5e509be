import { bytesOf, isHalf } from './data-types.ts';

/** What is known of one handle inside TensorFlow. */
export interface HandleEntry {
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** Bytes of the tensors inside TensorFlow that went through the plug-in. */
export interface LedgerBytes {
  readonly bytes: number;
  /** The highest `bytes` since the start or `resetPeak()`. */
  readonly peakBytes: number;
  /** What of `bytes` is 16 bits wide. */
  readonly halfBytes: number;
  readonly handles: number;
}

/** The books of handles: which type each has inside TensorFlow, and how many bytes they take. tfjs sees none of it. */
export class HandleLedger {
  readonly #entries = new Map<number, HandleEntry>();
  #bytes = 0;
  #halfBytes = 0;
  #peakBytes = 0;

  book(id: number, dataType: number, shape: readonly number[]): void {
    this.strike(id);
    const bytes = bytesOf(dataType, shape);
    this.#entries.set(id, { dataType, shape, bytes });
    this.#bytes += bytes;
    if (isHalf(dataType)) this.#halfBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
  }

  strike(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= entry.bytes;
    if (isHalf(entry.dataType)) this.#halfBytes -= entry.bytes;
  }

  entry(id: number): HandleEntry | undefined {
    return this.#entries.get(id);
  }

  dataType(id: number): number | undefined {
    return this.#entries.get(id)?.dataType;
  }

  bytes(): LedgerBytes {
    return { bytes: this.#bytes, peakBytes: this.#peakBytes, halfBytes: this.#halfBytes, handles: this.#entries.size };
  }

  resetPeak(): void {
    this.#peakBytes = this.#bytes;
  }
}
