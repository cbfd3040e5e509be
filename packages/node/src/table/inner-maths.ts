import type { HalfPrecision } from '@halftone/policy';
import { gpuInnerMaths } from './gpu-inner-maths.ts';
import type { Place } from './kernel-support.ts';
import { supports } from './kernel-support.ts';
import { measuredUlps } from './measured-ulps.ts';
import type { TensorFlowLine } from './tensorflow-line.ts';
import { lineOf } from './tensorflow-line.ts';

/**
 * Units in the last place of the format between a kernel's results and those of the float32 kernel, at most; null without a kernel that works.
 *
 * 0.5 is one rounding at the end. Over all 65,536 values of the format for functions of one number, 65,536 pairs, sums of 64 to
 * 4,096 terms and more; on a CPU. bfloat16 by oneDNN's kernels and by Eigen's (see `CpuMaths`).
 */
export type MeasuredRow = Readonly<
  Record<TensorFlowLine, readonly [float16: number | null, bfloat16ByOneDnn: number | null, bfloat16ByEigen: number | null]>
>;

/** One rounding, and the last bits of float32 that another order of summing changes. */
const MOST_ULPS = 0.5 + 1 / 16;

/**
 * Whether an op's 16-bit kernel computes inside in float32 and rounds once, sums and products with float32 accumulators.
 *
 * Measured for the CPU kernels of each line; for GPU kernels known from TensorFlow's sources for few, and otherwise assumed not.
 * What only moves numbers counts as computing so.
 *
 * Pure.
 *
 * @param op - TensorFlow's name of the op: `Conv2DBackpropFilter`
 * @param where - version, device and on a CPU whose bfloat16 kernels; a version between two known lines counts as the older one
 * @param format - the 16-bit format
 * @returns false also where there is no such kernel, or where nobody has measured it
 *
 * @example
 * const where = { version: '2.21.0', device: 'cpu' } as const;
 * computesInFloat32('Conv2D', where, 'float16'); // true
 * computesInFloat32('Conv2DBackpropFilter', where, 'float16'); // false
 * computesInFloat32('Conv2DBackpropFilter', { ...where, cpuMaths: 'onednn' }, 'bfloat16'); // true
 */
export function computesInFloat32(op: string, where: Place, format: HalfPrecision): boolean {
  const line = lineOf(where.version);
  if (line === undefined || !supports(op, where, format)) return false;
  if (where.device === 'gpu') return Object.hasOwn(gpuInnerMaths, op) && (gpuInnerMaths[op]?.formats.includes(format) ?? false);
  const column = format === 'float16' ? 0 : where.cpuMaths === 'onednn' ? 1 : 2;
  const ulps = Object.hasOwn(measuredUlps, op) ? measuredUlps[op]?.[line][column] : undefined;
  return typeof ulps === 'number' && ulps <= MOST_ULPS;
}
