import type { HalfPrecision } from '@halftone/policy';
import type { Overflow, Rounding } from '@halftone/float16';
import type { BaseName } from './options.ts';

/** What this plug-in can do on this machine; plain data. */
export interface Capabilities {
  readonly base: BaseName;
  readonly formats: readonly HalfPrecision[];
  readonly rounding: Rounding;
  readonly overflow: Overflow;
  /** Kernels that the base lacks, or computes wrongly, and that are ours; with the reason. */
  readonly ownKernels: Readonly<Record<string, string>>;
  /** Kernels that run on tfjs's cpu backend, on copies of the values; with the reason. `handle.fallbacks()` counts their calls. */
  readonly cpuKernels: Readonly<Record<string, string>>;
  /** Kernels of tfjs that wasm lacks or has wrong, and that are missing here because `@tensorflow/tfjs-backend-cpu` is not installed. */
  readonly missingKernels: readonly string[];
  /** Why nothing is narrowed at all: this tfjs is not one that the plug-in knows. */
  readonly float32Only?: string;
}
