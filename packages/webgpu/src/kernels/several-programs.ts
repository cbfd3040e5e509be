import type { KernelDecision } from '@halftone/autocast';

/**
 * `f32-inner` kernels that tfjs runs as several programs. Their intermediate results must stay float32, and which program
 * is the last one cannot be told from outside, so the result stays float32 too (it is small: these are reductions).
 */
const SEVERAL_PROGRAMS: readonly string[] = ['Mean', 'Sum', 'Prod', 'SparseSegmentMean', 'SparseSegmentSum', 'UnsortedSegmentSum'];

/** Whether every program of this kernel stores float32. */
export function keepsFloat32Inside({ opClass, kernelName }: KernelDecision): boolean {
  return opClass === 'f32-inner' && SEVERAL_PROGRAMS.includes(kernelName);
}
