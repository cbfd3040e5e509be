import type { HalfPrecision } from '@halftone/policy';
import type { CpuMaths } from './cpu-maths.ts';
import { arrays } from './kernels/arrays.ts';
import { binary } from './kernels/binary.ts';
import { products } from './kernels/products.ts';
import { reductions } from './kernels/reductions.ts';
import { resources } from './kernels/resources.ts';
import { types } from './kernels/types.ts';
import { unary } from './kernels/unary.ts';
import { windows } from './kernels/windows.ts';
import { measuredUlps } from './measured-ulps.ts';
import type { Halves } from './op-signatures.ts';
import type { TensorFlowLine } from './tensorflow-line.ts';
import { lineOf } from './tensorflow-line.ts';

/** For which 16-bit formats a device has a kernel. */
export interface KernelSupport {
  readonly cpu: Halves;
  readonly gpu: Halves;
}

export type KernelRow = Readonly<Record<TensorFlowLine, KernelSupport>>;

/** Where an op is to run. */
export interface Place {
  /** As the library says it: `2.9.1`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** Whose bfloat16 kernels run on the CPU (`cpuMathsOf`); left out, Eigen's, which are the less exact ones. */
  readonly cpuMaths?: CpuMaths;
}

/** Per op and TensorFlow line, read from the registries of the wheels of 2.9.1, 2.14.0 and 2.21.0 (their CPU and their GPU kernels). */
export const kernelRows: Readonly<Record<string, KernelRow>> = {
  ...products,
  ...windows,
  ...reductions,
  ...unary,
  ...binary,
  ...arrays,
  ...types,
  ...resources,
};

const LETTERS = { float16: 'H', bfloat16: 'B' } as const;

/**
 * Whether a TensorFlow library has a working kernel of an op for a 16-bit format on a device.
 *
 * Where it has none on the GPU, TensorFlow would silently run the op on the CPU and copy both ways. Where a CPU has no AVX-512, some
 * bfloat16 kernels of TensorFlow 2.9 are registered, run and give nothing at all: those count as missing.
 *
 * Pure.
 *
 * @param op - TensorFlow's name of the op: `BatchMatMulV2`
 * @param where - version, device and on a CPU whose bfloat16 kernels; a version between two known lines counts as the older one
 * @param format - the 16-bit format
 * @returns false for an op that is not in the table, and for a version older than all
 *
 * @example
 * supports('MatMul', { version: '2.9.1', device: 'gpu' }, 'float16'); // true
 * supports('MatMul', { version: '2.9.1', device: 'gpu' }, 'bfloat16'); // false
 */
export function supports(op: string, { version, device, cpuMaths }: Place, format: HalfPrecision): boolean {
  const line = lineOf(version);
  const row = Object.hasOwn(kernelRows, op) ? kernelRows[op] : undefined;
  if (line === undefined || row === undefined || !row[line][device].includes(LETTERS[format])) return false;
  const needsOneDnn = Object.hasOwn(measuredUlps, op) && measuredUlps[op]?.[line][2] === null;
  return !(needsOneDnn && device === 'cpu' && format === 'bfloat16' && cpuMaths !== 'onednn');
}
