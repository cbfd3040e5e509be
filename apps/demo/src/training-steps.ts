import { pick, type ImageSet } from '@halftone/data';
import { cast, oneHot, tensor1d, tensor4d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { batchOrder } from './batch-order.ts';
import type { RunCounting } from './counting.ts';
import type { RunSpec } from './run-spec.ts';
import type { ScaleWatch } from './scale-watch.ts';

/** What takes part in a training beside the model and the pictures. */
export interface Attendants {
  readonly counting: RunCounting;
  readonly scale: ScaleWatch;
  readonly onStep: (step: number, loss: number) => void;
  /** After each pass over the pictures, when its last batch is gone. */
  readonly onEpoch: () => void;
}

/**
 * Trains with `trainOnBatch`, as any program with tfjs-layers may do, over the fixed order of batches.
 *
 * Waits for the device once per step, for the loss.
 *
 * @returns the loss of each step and its time in milliseconds, from the call to the arrival of the loss
 */
export async function trainSteps(
  model: Sequential,
  set: ImageSet,
  spec: Pick<RunSpec, 'batch' | 'steps' | 'seed'>,
  { counting, scale, onStep, onEpoch }: Attendants,
): Promise<{ readonly losses: number[]; readonly times: number[] }> {
  const losses: number[] = [];
  const times: number[] = [];
  const stepsPerEpoch = Math.floor(set.labels.length / spec.batch);
  for (const indices of batchOrder({ count: set.labels.length, batch: spec.batch, steps: spec.steps, seed: spec.seed })) {
    const { pictures, targets } = upload(pick(set, indices));
    const begin = performance.now();
    const loss = await counting.step(losses.length, async () => Number(await model.trainOnBatch(pictures, targets)));
    times.push(performance.now() - begin);
    losses.push(loss);
    pictures.dispose();
    targets.dispose();
    await scale.afterStep(losses.length);
    onStep(losses.length, loss);
    if (losses.length % stepsPerEpoch === 0) onEpoch();
  }
  return { losses, times };
}

function upload(set: ImageSet): { readonly pictures: Tensor; readonly targets: Tensor } {
  const { side, labels } = set;
  return {
    pictures: tensor4d(set.pixels, [labels.length, side, side, 1]),
    targets: tidy(() => cast(oneHot(tensor1d(Int32Array.from(labels), 'int32'), 10), 'float32')),
  };
}
