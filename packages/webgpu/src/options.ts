/** Options of `registerWebGPU` and `useWebGPU`. */
export interface WebGPUOptions {
  /** How float16 lies in buffers: `f16` needs the feature `shader-f16`, `packed-f16` runs everywhere. Default: `f16` where it can be. */
  readonly codec?: 'f16' | 'packed-f16';
  /** Which GPU of a laptop. Default `high-performance`. */
  readonly powerPreference?: GPUPowerPreference;
  /** Cap on live and pooled buffers together, in bytes. Default: none. */
  readonly maxBytes?: number;
  /** Conversion by the device or by integer arithmetic. Default: what the start-up probe found to be exact. */
  readonly conversion?: 'hardware' | 'software';
  /**
   * `on`: kernels are recorded, fused and run together when somebody needs a result; float32 then equals stock tfjs
   * within rounding. `off`: kernels run one by one, and float32 is stock tfjs bit for bit.
   */
  readonly fusion?: 'on' | 'off';
  /**
   * `exact`: products of halves are multiplied and added up in float32. `fast`: within chunks of a product they are
   * multiplied and added up in native f16, which devices may do at twice the rate, at an error of about 1e-3 of the
   * largest term, and with infinities where a chunk passes 65504. Only matrix products, only with `shader-f16`. Default `exact`.
   */
  readonly maths?: 'exact' | 'fast';
  /**
   * `true`: the same program gives the same bits on every run of this device. Sums by index (`tf.unsortedSegmentSum`, `tf.scatterND`)
   * are taken in the order of their positions, tfjs's split-K products are not used, and tfjs's other kernels that add floats with
   * atomics throw, by name. Random numbers are the program's: give seeds, to dropout with `seedDropout` of @halftone/models. Default `false`.
   */
  readonly deterministic?: boolean;
  /** Name of the tfjs backend, without an underscore. Default `halftone-webgpu`. */
  readonly backendName?: string;
}

const ALLOWED: Readonly<Record<string, readonly unknown[]>> = {
  codec: ['f16', 'packed-f16', undefined],
  powerPreference: ['high-performance', 'low-power', undefined],
  conversion: ['hardware', 'software', undefined],
  fusion: ['on', 'off', undefined],
  maths: ['exact', 'fast', undefined],
  deterministic: [true, false, undefined],
};

/** Refuses what is not an option, by name. */
export function checkOptions(options: WebGPUOptions): void {
  const known = [...Object.keys(ALLOWED), 'maxBytes', 'backendName'];
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`[webgpu] unknown option '${name}', got ${JSON.stringify(value)}. Options are ${known.join(', ')}.`);
    }
    const allowed = ALLOWED[name];
    if (allowed !== undefined && !allowed.includes(value)) {
      const list = allowed.filter((one) => one !== undefined).join(', ');
      throw new RangeError(`[webgpu] ${name} must be one of ${list}, got ${JSON.stringify(value)}. Leave it out for the default.`);
    }
  }
  const { maxBytes, backendName } = options;
  if (maxBytes !== undefined && !(maxBytes > 0)) {
    throw new RangeError(`[webgpu] maxBytes must be above 0, got ${maxBytes}. Leave it out for no cap.`);
  }
  if (backendName !== undefined && !/^[^_]+$/.test(backendName)) {
    throw new RangeError(
      `[webgpu] backendName must have a letter and no underscore, at which tfjs cuts its kernels' keys, got ${JSON.stringify(backendName)}. Write a hyphen.`,
    );
  }
}
