import type { Precision } from '@halftone/policy';
import type { SharedLibrary } from './find-shared-libraries.ts';
import type { MatmulRow } from './matmul-timing.ts';
import type { NvidiaGpu } from './nvidia-gpus.ts';

/** One line of the diagnosis. */
export interface Check {
  readonly part: string;
  /** `ok`; `note`: works, worth knowing; `missing`: not there, and a GPU would need it; `broken`: stops the plug-in. */
  readonly status: 'ok' | 'note' | 'missing' | 'broken';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What runs the products, and whether they were computed in the format that they are named after. */
export interface CheckedMatmul extends MatmulRow {
  readonly ranInFormat: boolean;
}

/** What the doctor found: plain JSON. */
export interface Diagnosis {
  /** Nothing is broken; a missing GPU is not. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly node: { readonly version: string; readonly platform: string; readonly repairs: readonly string[] };
  readonly package: { readonly name: string; readonly version: string; readonly addon: string; readonly addonFound: boolean } | null;
  readonly tensorflow: { readonly version: string; readonly device: 'cpu' | 'gpu'; readonly libraries: readonly string[] } | null;
  readonly gpus: readonly NvidiaGpu[];
  readonly cudaLibraries: readonly SharedLibrary[];
  /** Formats that policies may ask for. */
  readonly formats: readonly Precision[];
  readonly matmuls: readonly CheckedMatmul[];
}

/** What was asked. */
export interface DiagnoseOptions {
  /** Whether a missing GPU is what the user came for. Default false. */
  readonly requireGpu?: boolean;
  /** Side of the matrices that are multiplied. Default 512 on a CPU, 4096 on a GPU. */
  readonly size?: number;
}

/**
 * The exit code of the command: 0 all is well, 1 something is broken, 2 no GPU where one is required.
 *
 * Pure.
 */
export function exitCodeOf({ ok, tensorflow }: Pick<Diagnosis, 'ok' | 'tensorflow'>, { requireGpu = false }: DiagnoseOptions): 0 | 1 | 2 {
  if (requireGpu && tensorflow?.device !== 'gpu') return 2;
  return ok ? 0 : 1;
}
