import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import type { HalfBackend } from '../../backend.ts';
import type { OutputFacts } from '../../graph/record.ts';
import type { KernelRecipe } from '../kernel-source.ts';
import type { RowShape } from './row-plan.ts';

/** The last axis as columns, all others together as rows. */
export function rowShape({ shape }: TensorInfo): RowShape {
  const cols = shape[shape.length - 1] ?? 1;
  return { rows: cols === 0 ? 0 : util.sizeFromShape(shape) / cols, cols };
}

/** Records a kernel; tensors without elements are made at once. */
export function recordRows(
  backend: HalfBackend,
  recipe: KernelRecipe,
  inputs: readonly TensorInfo[],
  outputs: readonly OutputFacts[],
): TensorInfo[] {
  if (inputs.some(({ shape }) => util.sizeFromShape(shape) === 0)) {
    return outputs.map(({ shape, dtype }) => backend.makeTensorInfo([...shape], dtype, new Float32Array(util.sizeFromShape([...shape]))));
  }
  return backend.record({ recipe, inputs, outputs });
}

/** A storage that the kernel wants, unless the policy keeps everything in half. */
export function wanted(backend: HalfBackend, storage: Storage): { readonly storage?: Storage } {
  return backend.decision?.forced === true ? {} : { storage };
}
