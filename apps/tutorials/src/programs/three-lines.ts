import type { ImageSet } from '@halftone/data';
import { mixedPrecision } from '@halftone/models';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import type { Finding, Length, Lesson, PluginName, Program } from '../lesson.ts';

const BATCH = 64;
const AMOUNT = {
  full: { pictures: 8000, heldOut: 2000, epochs: 3, learningRate: 0.003 },
  short: { pictures: 3200, heldOut: 1000, epochs: 1, learningRate: 0.01 },
  glance: { pictures: 1920, heldOut: 500, epochs: 1, learningRate: 0.01 },
} as const satisfies Record<Length, unknown>;

/** What is promised: one deviation of the difference is half a point with 2,000 unseen digits and a whole one with 500. */
const BOUNDS = {
  full: { accuracyPoints: 1, least: 0.95 },
  short: { accuracyPoints: 3, least: 0.8 },
  glance: { accuracyPoints: 5, least: 0.6 },
} as const satisfies Record<Length, unknown>;

/** The share of float32's bytes: kernels of the emulation and of TensorFlow run one by one, and some of what lies between them is float32. */
const MOST_BYTES = { webgpu: 0.75, node: 0.9, emulate: 0.9 } as const satisfies Record<PluginName, number>;

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

interface Trained {
  readonly plugin: PluginName;
  readonly losses: readonly number[];
  /** Of held-out pictures, 0 to 1. */
  readonly accuracy: number;
  /** The most that the device held while it trained, the pictures themselves left out. */
  readonly peakBytes: number;
  readonly skipped: number;
  readonly scale: number | null;
}

/** Trains one network under one policy, on a device of its own so that peaks do not mix. */
async function train(policy: Policy, lesson: Lesson): Promise<Trained> {
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

/** Mean of the last tenth: one batch says little. */
function finalLoss({ losses }: Trained): number {
  const last = losses.slice(-Math.ceil(losses.length / 10));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}

async function run(lesson: Lesson): Promise<Finding> {
  const float32 = await train('float32', lesson);
  const mixed = await train('mixed_float16', lesson);
  const points = 100 * (mixed.accuracy - float32.accuracy);
  const lossRatio = finalLoss(mixed) / finalLoss(float32);
  const peakRatio = mixed.peakBytes / float32.peakBytes;
  const { accuracyPoints, least } = BOUNDS[lesson.length];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return {
    columns: ['', 'float32', 'mixed_float16'],
    rows: [
      ['accuracy on digits never seen', percent(float32.accuracy), percent(mixed.accuracy)],
      ['loss at the end', finalLoss(float32).toFixed(4), finalLoss(mixed).toFixed(4)],
      ['most bytes on the device, pictures left out', mebibytes(float32.peakBytes), mebibytes(mixed.peakBytes)],
      ['steps skipped', '-', mixed.skipped],
      ['loss scale at the end', '-', mixed.scale === null ? '-' : `2^${Math.log2(mixed.scale)}`],
    ],
    claims: [
      {
        what: `mixed precision names unseen digits as well as float32, within ${accuracyPoints} points, and both name ${percent(least)} or more`,
        holds: Math.abs(points) <= accuracyPoints && Math.min(float32.accuracy, mixed.accuracy) >= least,
        found: `${percent(float32.accuracy)} and ${percent(mixed.accuracy)}`,
      },
      {
        what: 'both end at the same loss, within a tenth',
        holds: Math.abs(lossRatio - 1) <= 0.1,
        found: `ratio ${lossRatio.toFixed(4)}`,
      },
      {
        what: `training takes ${100 * MOST_BYTES[mixed.plugin]} % of the bytes, or fewer`,
        holds: peakRatio <= MOST_BYTES[mixed.plugin],
        found: `ratio ${peakRatio.toFixed(3)}`,
      },
    ],
    numbers: {
      accuracyFloat32: float32.accuracy,
      accuracyMixed: mixed.accuracy,
      lossFloat32: finalLoss(float32),
      lossMixed: finalLoss(mixed),
      peakBytesFloat32: float32.peakBytes,
      peakBytesMixed: mixed.peakBytes,
      skipped: mixed.skipped,
    },
    pictures: [
      {
        kind: 'curves',
        title: 'Loss of each batch',
        x: 'step',
        y: 'loss',
        series: [float32, mixed].map(({ losses }, i) => ({
          name: i === 0 ? 'float32' : 'mixed_float16',
          points: losses.map((loss, step) => [step + 1, loss] as const),
        })),
        summary: `Both losses fall together, from ${float32.losses[0]?.toFixed(2)} and ${mixed.losses[0]?.toFixed(2)} to ${finalLoss(float32).toFixed(3)} and ${finalLoss(mixed).toFixed(3)}.`,
      },
    ],
  };
}

export const program: Program = {
  name: 'three-lines',
  title: 'Mixed precision in three lines',
  plugins: ['webgpu', 'emulate', 'node'],
  run,
};
