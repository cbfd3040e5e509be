/** What recorded work does with a command encoder. */
export type PassEncoder = Pick<GPUCommandEncoder, 'beginComputePass' | 'copyBufferToBuffer'>;

/** What the timer needs of the backend. */
export interface TimerDevice {
  readonly device: GPUDevice;
  /** The encoder that is being written. */
  encoder(): GPUCommandEncoder;
  submit(): void;
}

/** One span that is being timed. */
interface Span {
  readonly passes: GPUQuerySet[];
  readonly inner: Promise<number>[];
}

const BYTES_PER_PASS = 256; // what resolved timestamps are aligned to
const NANOSECONDS = 1_000_000; // in a millisecond
const RESOLVE = 0x200 | 0x4; // GPUBufferUsage.QUERY_RESOLVE | COPY_SRC
const READ = 0x1 | 0x8; // GPUBufferUsage.MAP_READ | COPY_DST

/** Times compute passes by the device's own clock, for `tf.time` and `tf.profile`. Spans may lie inside each other. */
export class PassTimer {
  readonly #host: TimerDevice;
  readonly #spans: Span[] = [];

  constructor(host: TimerDevice) {
    this.#host = host;
  }

  /** The encoder for recorded work: as it is, or one whose passes are timed. */
  encoder(encoder: GPUCommandEncoder): PassEncoder {
    const span = this.#spans.at(-1);
    const { device } = this.#host;
    if (span === undefined || !device.features.has('timestamp-query')) return encoder;
    return {
      beginComputePass: (descriptor) => {
        const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
        span.passes.push(querySet);
        return encoder.beginComputePass({
          ...descriptor,
          timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
        });
      },
      copyBufferToBuffer: encoder.copyBufferToBuffer.bind(encoder) as GPUCommandEncoder['copyBufferToBuffer'],
    };
  }

  /** From here on, passes count. */
  start(): void {
    this.#spans.push({ passes: [], inner: [] });
  }

  /**
   * Ends the span that was started last and submits what was recorded in it. Waits for the GPU.
   *
   * @returns milliseconds in passes of this span and of those inside it; 0 where the device has no timestamps
   */
  stop(): Promise<number> {
    const span = this.#spans.pop();
    const time = span === undefined ? Promise.resolve(0) : this.#total(span);
    this.#spans.at(-1)?.inner.push(time);
    return time;
  }

  async #total({ passes, inner }: Span): Promise<number> {
    const own = passes.length === 0 ? 0 : await this.#read(passes);
    return (await Promise.all(inner)).reduce((total, time) => total + time, own);
  }

  async #read(passes: readonly GPUQuerySet[]): Promise<number> {
    const { device } = this.#host;
    const size = passes.length * BYTES_PER_PASS;
    const resolved = device.createBuffer({ size, usage: RESOLVE });
    const staging = device.createBuffer({ size, usage: READ });
    const encoder = this.#host.encoder();
    for (const [index, querySet] of passes.entries()) encoder.resolveQuerySet(querySet, 0, 2, resolved, index * BYTES_PER_PASS);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    this.#host.submit();
    await staging.mapAsync(1); // GPUMapMode.READ
    const stamps = new BigUint64Array(staging.getMappedRange());
    const times = passes.map((_, index) => {
      const [start, end] = [0, 1].map((end) => stamps[(index * BYTES_PER_PASS) / 8 + end] ?? 0n) as [bigint, bigint];
      return Math.max(0, Number(end - start)) / NANOSECONDS;
    });
    for (const one of [...passes, resolved, staging]) one.destroy();
    return times.reduce((total, time) => total + time, 0);
  }
}
