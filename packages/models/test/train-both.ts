import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { KernelRecord } from '@halftone/autocast';
import { explain } from '@halftone/autocast';
import { mixedPrecision } from '../src/index.ts';
import type { TrainingCase } from './training-cases.ts';

/** The losses of one run, step by step, and what was seen on the way. */
export interface Run {
  readonly losses: readonly number[];
  /** Live tensors after the second step and after the last. */
  readonly tensors: readonly [number, number];
  /** What each kernel of a training step decided. */
  readonly kernels: readonly KernelRecord[];
  readonly model: LayersModel;
}

/** Trains a case in float32 and, from the same weights, under a policy. The models stay the caller's. */
export async function trainBoth(training: TrainingCase, policy: string, steps = 10): Promise<{ readonly plain: Run; readonly mixed: Run }> {
  const [plainModel, mixedModel] = [training.build(), training.build()];
  const weights = plainModel.getWeights().map((weight) => tf.tensor(weight.dataSync(), weight.shape));
  mixedModel.setWeights(weights);
  tf.dispose(weights);
  const plain = await train(plainModel, training, steps);
  const mixed = await train(mixedPrecision(mixedModel, policy), training, steps);
  return { plain, mixed };
}

async function train(model: LayersModel, training: TrainingCase, steps: number): Promise<Run> {
  const { x, y } = training.data();
  model.compile({
    optimizer: tf.train.adam(0.02),
    loss: Array.isArray(y) ? ['categoricalCrossentropy', 'meanSquaredError'] : 'categoricalCrossentropy',
  });
  const losses: number[] = [];
  const tensors: number[] = [];
  const kernels = recordStep(model, x);
  for (let step = 0; step < steps; step++) {
    losses.push(([await model.trainOnBatch(x, y)].flat() as number[])[0] as number);
    tensors.push(tf.memory().numTensors);
  }
  tf.dispose([x, y]);
  return { losses, tensors: [tensors[1] as number, tensors.at(-1) as number], kernels, model };
}

function recordStep(model: LayersModel, x: Tensor | Tensor[]): readonly KernelRecord[] {
  const { result, kernels } = explain(() => model.predict(x));
  tf.dispose(result);
  return kernels;
}
