import type { HalfPrecision } from '@halftone/policy';
import type { Place } from './kernel-support.ts';
import { supports } from './kernel-support.ts';

/** Ops whose half or bfloat16 kernel computes inside in float32 and rounds once, or accumulates in float32. */
export function computesInFloat32(op: string, where: Place, format: HalfPrecision): boolean {
  return WIDE.has(op) && supports(op, where, format);
}

/** Until measured: products. */
const WIDE: ReadonlySet<string> = new Set(['BatchMatMulV2', 'MatMul', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput']);
