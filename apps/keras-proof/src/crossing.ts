import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { scaleIn, scaleOut } from '@halftone/models';
import { BATCH } from './seam-model.ts';

/** What is handed over beside the model. */
export interface Handing {
  readonly strategy: 'mirrored' | 'multi_worker' | 'tpu';
  /** `null`: the model alone. */
  readonly examples: { readonly x: Tensor | Tensor[]; readonly y: Tensor | Tensor[] } | null;
  readonly batchSize?: number;
}

/** Writes a model and its examples as a project; the epochs are as many as any run of the proof may need. */
export async function handOver(model: LayersModel, folder: string, { strategy, examples, batchSize = BATCH }: Handing): Promise<void> {
  const data = examples === null ? {} : { data: { xs: examples.x, ys: examples.y } };
  await scaleOut(model, folder, { strategy, batchSize, epochs: 100, seed: 5, ...data });
}

/** The part of the wrapped optimizer that is compared with what Keras saved. */
interface ScaledOptimizer {
  readonly iterations: number;
  lossScaleState(): Promise<{ readonly scale: number }>;
}

/** Brings a run of Keras back into a compiled model of the same topology, and says where its optimizer then is. */
export async function takeBack(model: LayersModel, folder: string): Promise<{ readonly scale: number; readonly iterations: number }> {
  await scaleIn(model, folder);
  const optimizer = model.optimizer as unknown as ScaledOptimizer;
  const { scale } = await optimizer.lossScaleState();
  return { scale, iterations: optimizer.iterations };
}
