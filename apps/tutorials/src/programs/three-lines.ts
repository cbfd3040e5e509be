import type { ImageSet } from '@halftone/data';
import { mixedPrecision } from '@halftone/models';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import type { Finding, Length, Lesson, Program } from '../lesson.ts';
import { threeLinesFinding, type TrainedNetwork } from './three-lines-finding.ts';

const BATCH = 64;
const AMOUNT = {
  full: { pictures: 8000, heldOut: 2000, epochs: 3, learningRate: 0.003 },
  short: { pictures: 3200, heldOut: 1000, epochs: 1, learningRate: 0.01 },
  glance: { pictures: 1920, heldOut: 500, epochs: 1, learningRate: 0.01 },
} as const satisfies Record<Length, unknown>;

type Policy = 'float32' | 'mixed_float16';

// #region model
/** A small network for digits in plain tfjs: it knows nothing of precision. The seed gives both trainings the same first weights. */
function digitNetwork(side: number, seed: number): Sequential {
  const firstWeights = (layer: number) => initializers.glorotUniform({ seed: 10 * seed + layer });
  return sequential({
    layers: [
      layers.conv2d({ inputShape: [side, side, 1], filters: 8, kernelSize: 3, useBias: false, kernelInitializer: firstWeights(1) }),
      layers.batchNormalization({ momentum: 0.8 }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 3, useBias: false, kernelInitializer: firstWeights(2) }),
      layers.batchNormalization({ momentum: 0.8 }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: firstWeights(3) }),
    ],
  });
}
// #endregion

/** Trains one network under one policy, on a device of its own so that peaks do not mix. */
async function train(policy: Policy, lesson: Lesson): Promise<TrainedNetwork> {
  const { pictures, heldOut, epochs, learningRate } = AMOUNT[lesson.length];
  const steps = epochs * Math.ceil(pictures / BATCH);
  const digits = await lesson.digits();
  const losses: number[] = [];
  const device = await lesson.usePlugin();
  try {
    const learned = tensorsOf(digits.train, pictures);
    // #region training
    const model = digitNetwork(digits.train.side, lesson.seed);
    if (policy === 'mixed_float16') mixedPrecision(model); // the whole change, beside its import and useWebGPU()
    model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    await model.fit(learned.images, learned.labels, {
      batchSize: BATCH,
      epochs,
      shuffle: false, // so that both trainings see the pictures in one order
      verbose: 0,
      callbacks: {
        onBatchEnd: async (_batch, logs) => {
          losses.push(logs?.['loss'] ?? Number.NaN);
          lesson.progress({ what: policy, step: losses.length, steps, loss: losses.at(-1) ?? Number.NaN });
          model.stopTraining = lesson.signal.aborted;
        },
      },
    });
    // #endregion
    const peakBytes = device.memory().peakBytes - 4 * learned.images.size;
    const scaled = policy === 'float32' ? null : await (model.optimizer as MixedPrecisionOptimizer).lastStep();
    const unseen = tensorsOf(digits.heldOut, heldOut);
    const judged = model.evaluate(unseen.images, unseen.labels, { batchSize: 100 }) as tf.Scalar[];
    const [accuracy = Number.NaN] = (await judged[1]?.data()) ?? [];
    tf.dispose([learned, unseen, judged]);
    model.dispose();
    model.optimizer.dispose(); // it was given as an object, so it is ours
    lesson.signal.throwIfAborted();
    return { plugin: device.plugin, losses, accuracy, peakBytes, skipped: scaled?.skipped ?? 0, scale: scaled?.scale ?? null };
  } finally {
    device.dispose();
  }
}

/** The first pictures of a set, and which digit each is. The caller disposes both. */
function tensorsOf({ side, pixels, labels }: ImageSet, count: number): { readonly images: tf.Tensor; readonly labels: tf.Tensor } {
  return {
    images: tf.tensor4d(pixels.subarray(0, count * side * side), [count, side, side, 1]),
    labels: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(0, count)), 'int32'), 10), 'float32')),
  };
}

async function run(lesson: Lesson): Promise<Finding> {
  const float32 = await train('float32', lesson);
  const mixed = await train('mixed_float16', lesson);
  return threeLinesFinding({ float32, mixed, length: lesson.length });
}

export const program: Program = {
  name: 'three-lines',
  title: 'Mixed precision in three lines',
  plugins: ['webgpu', 'emulate', 'node'],
  run,
};
