import type { Overflow, Rounding } from '@halftone/float16';

/** The stock backend whose kernels compute. */
export type BaseName = 'wasm' | 'cpu';

/** Options of `registerEmulated` and `useEmulated`. */
export interface EmulateOptions {
  /** `wasm` (default) needs the package `@tensorflow/tfjs-backend-wasm`, `cpu` needs `@tensorflow/tfjs-backend-cpu` and is tens of times slower. */
  readonly base?: BaseName;
  /** How results are rounded into half. Default `nearest-even`, which is what GPUs and the WebGPU plug-in do. */
  readonly rounding?: Rounding;
  /** What becomes of a result beyond the largest finite half. Default `infinity`. */
  readonly overflow?: Overflow;
  /** Start of stochastic rounding: the same seed gives the same run. Any whole number, default 0. */
  readonly seed?: number;
  /** Counts overflow and underflow for `handle.ranges()`; dearer than the rounding itself. Default false. */
  readonly observe?: boolean;
  /** Where a browser finds the `.wasm` files: a folder's URL or a map of file names, as in tfjs's `setWasmPaths`. Node needs none. */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** Name of the tfjs backend. Default `halftone-emulate`; give another one to have both bases side by side. */
  readonly backendName?: string;
}

/** Options that were checked and completed. */
export type EmulatePlan = Required<Omit<EmulateOptions, 'wasmPaths'>> & Pick<EmulateOptions, 'wasmPaths'>;

const ALLOWED: Readonly<Record<string, readonly unknown[]>> = {
  base: ['wasm', 'cpu', undefined],
  rounding: ['nearest-even', 'toward-zero', 'stochastic', undefined],
  overflow: ['infinity', 'saturate', undefined],
  observe: [true, false, undefined],
};
const KNOWN: readonly string[] = [...Object.keys(ALLOWED), 'seed', 'wasmPaths', 'backendName'];

/** Refuses what is not an option, by name, and fills in the defaults. */
export function planOf(options: EmulateOptions): EmulatePlan {
  for (const [name, value] of Object.entries(options)) {
    if (!KNOWN.includes(name)) {
      throw new TypeError(`[emulate] unknown option '${name}', got ${JSON.stringify(value)}. Options are ${KNOWN.join(', ')}.`);
    }
    const allowed = ALLOWED[name];
    if (allowed !== undefined && !allowed.includes(value)) {
      const list = allowed.filter((one) => one !== undefined).join(', ');
      throw new RangeError(`[emulate] ${name} must be one of ${list}, got ${JSON.stringify(value)}. Leave it out for the default.`);
    }
  }
  const {
    base = 'wasm',
    rounding = 'nearest-even',
    overflow = 'infinity',
    seed = 0,
    observe = false,
    wasmPaths,
    backendName = 'halftone-emulate',
  } = options;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`[emulate] seed must be a whole number, got ${String(seed)}. Leave it out for 0.`);
  if (!/^[^_]+$/.test(backendName)) {
    throw new RangeError(
      `[emulate] backendName must have a letter and no underscore, at which tfjs cuts its kernels' keys, got ${JSON.stringify(backendName)}. Write a hyphen.`,
    );
  }
  if (wasmPaths !== undefined && base !== 'wasm') {
    throw new RangeError(`[emulate] wasmPaths belongs to base 'wasm', got base '${base}'. Leave one of them out.`);
  }
  const plan = { base, rounding, overflow, seed, observe, backendName };
  return wasmPaths === undefined ? plan : { ...plan, wasmPaths };
}
