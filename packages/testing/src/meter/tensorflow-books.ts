import { isHalfType, tensorBytes, type HandleFacts } from './tensorflow-binding.ts';
import { emptyTensorflowCounts, type TensorflowCounts, type TensorflowOpCounts, type TensorflowReport } from './tensorflow-report.ts';

/** A live handle. */
interface Entry {
  readonly dtype: number;
  readonly bytes: number;
  /** The handle whose numbers it shows; itself where it has its own. */
  readonly origin: number;
}

/** Ops whose output is their input under another shape: TensorFlow moves nothing. */
const VIEWS: ReadonlySet<string> = new Set(['ExpandDims', 'Identity', 'Reshape', 'Squeeze']);
const FLOAT32 = 1;

/** What a meter knows of TensorFlow's handles, and the counters of its span. */
export class TensorflowBooks {
  readonly #entries = new Map<number, Entry>();
  #counts: TensorflowCounts = emptyTensorflowCounts();
  #byOp = new Map<string, TensorflowOpCounts>();
  #live = 0;
  #start = 0;
  #peak = 0;
  #watched: readonly { readonly id: number }[] = [];

  /** Starts a span. */
  reset(): void {
    this.#counts = emptyTensorflowCounts();
    this.#byOp = new Map();
    this.#start = this.#peak = this.#live;
  }

  /** @param holders - of handles; a holder that has none yet may get it at its first use */
  watch(holders: readonly { readonly id: number }[]): void {
    this.#watched = holders;
  }

  knows(id: number): boolean {
    return this.#entries.has(id);
  }

  book({ id, dtype, shape }: HandleFacts, origin: number = id): void {
    this.strike(id);
    const bytes = tensorBytes({ dtype, shape });
    this.#entries.set(id, { dtype, bytes, origin });
    this.#live += bytes;
    this.#peak = Math.max(this.#peak, this.#live);
  }

  strike(id: number): void {
    this.#live -= this.#entries.get(id)?.bytes ?? 0;
    this.#entries.delete(id);
  }

  /** Books an op that has run. Its inputs must be known. */
  op(name: string, inputs: readonly number[], outputs: readonly HandleFacts[]): void {
    const entries = inputs.map((id) => this.#entries.get(id)).filter((entry) => entry !== undefined);
    const isView = VIEWS.has(name);
    for (const output of outputs) this.book(output, isView ? entries[0]?.origin : undefined);
    this.#counts.ops++;
    if (!isView)
      this.#counts.operandBytes += [...entries.map(({ bytes }) => bytes), ...outputs.map(tensorBytes)].reduce((a, b) => a + b, 0);
    if (name === 'Cast') this.#cast(entries[0], outputs[0]);
    const counts = this.#byOp.get(name) ?? { runs: 0, floatInputs: 0, halfInputs: 0 };
    counts.runs++;
    counts.halfInputs += entries.filter(({ dtype }) => isHalfType(dtype)).length;
    counts.floatInputs += entries.filter(({ dtype }) => dtype === FLOAT32 || isHalfType(dtype)).length;
    this.#byOp.set(name, counts);
  }

  upload(facts: HandleFacts): void {
    this.book(facts);
    this.#counts.uploads++;
    this.#counts.uploadBytes += tensorBytes(facts);
  }

  readback(bytes: number): void {
    this.#counts.readbacks++;
    this.#counts.readbackBytes += bytes;
  }

  report(): TensorflowReport {
    const byRuns = [...this.#byOp].sort(([, a], [, b]) => b.runs - a.runs);
    return {
      ...this.#counts,
      bytesLiveStart: this.#start,
      bytesLiveEnd: this.#live,
      bytesPeak: this.#peak,
      byOp: Object.fromEntries(byRuns.map(([name, counts]) => [name, { ...counts }])),
    };
  }

  #cast(from: Entry | undefined, to: HandleFacts | undefined): void {
    if (from === undefined || to === undefined) return;
    if (isHalfType(from.dtype) && to.dtype === FLOAT32) this.#counts.castsUp++;
    if (from.dtype !== FLOAT32 || !isHalfType(to.dtype)) return;
    this.#counts.castsDown++;
    if (this.#watched.some(({ id }) => this.#entries.get(id)?.origin === from.origin)) this.#counts.castsOfWatched++;
  }
}
