import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PluginMemory } from '@halftone/autocast';
import { disposeTapeOnError } from '@halftone/optimizer';
import type { ModelView } from '../layers/tfjs-layers.ts';
import type { MeasuredBatch } from './report.ts';
import type { BatchMaker } from './sample-batch.ts';
import { stepsOfUpdate } from './trial-optimizer.ts';

/** What a measurement works with. */
export interface Trial {
  readonly model: LayersModel;
  readonly view: ModelView;
  readonly memory: PluginMemory;
  readonly make: BatchMaker;
}

/** The members of the model that computes, which TypeScript hides. */
interface TrainingEngine {
  makeTrainFunction(): (data: Tensor[]) => Tensor[];
}

/** Trains, evaluates and predicts with a batch of one size, and waits for all of it. Moves the weights. */
export async function measureBatch({ model, view, memory, make }: Trial, batchSize: number): Promise<MeasuredBatch> {
  const { xs, ys } = make(batchSize);
  try {
    const trainBytes = await peakDuring(memory, async () => {
      const engine = (view.model ?? view) as unknown as TrainingEngine;
      for (let step = 0; step < stepsOfUpdate(view); step += 1)
        await arrive(disposeTapeOnError(() => engine.makeTrainFunction()([...xs, ...ys])));
    });
    const evaluateBytes = await peakDuring(memory, () => arrive([model.evaluate(xs, ys, { batchSize }) as Scalar | Scalar[]].flat()));
    const predictBytes = await peakDuring(memory, () => arrive([model.predict(xs, { batchSize })].flat()));
    return { batchSize, trainBytes, evaluateBytes, predictBytes };
  } finally {
    dispose([...xs, ...ys]);
  }
}

async function peakDuring(memory: PluginMemory, work: () => Promise<void>): Promise<number> {
  memory.resetPeak();
  await work();
  return memory.bytes().peakBytes;
}

/** Waits for results and lets go of them, also when they do not come. */
async function arrive(results: readonly Tensor[]): Promise<void> {
  try {
    for (const result of results) await result.data();
  } finally {
    dispose([...results]);
  }
}
