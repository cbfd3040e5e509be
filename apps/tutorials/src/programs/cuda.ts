import type { ImageSet } from '@halftone/data';
import { mixedPrecision } from '@halftone/models';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import type { Finding, Length, Lesson, PluginHandle, Program } from '../lesson.ts';
import { cudaFinding, type Inside, type TrainedInside } from './cuda-finding.ts';

const BATCH = 64;
const AMOUNT = {
  full: { pictures: 8000, heldOut: 2000, epochs: 3, learningRate: 0.003 },
  short: { pictures: 3200, heldOut: 1000, epochs: 1, learningRate: 0.01 },
  glance: { pictures: 1280, heldOut: 500, epochs: 1, learningRate: 0.01 },
} as const satisfies Record<Length, unknown>;

type Policy = 'float32' | 'mixed_float16';

// #region model
/** Two convolutions and a dense layer; TensorFlow knows all of it. */
function digitNetwork(side: number, seed: number): Sequential {
  const firstWeights = (layer: number) => initializers.glorotUniform({ seed: 10 * seed + layer });
  return sequential({
    layers: [
      layers.conv2d({
        inputShape: [side, side, 1],
        filters: 16,
        kernelSize: 5,
        strides: 2,
        activation: 'relu',
        kernelInitializer: firstWeights(1),
      }),
      layers.conv2d({ filters: 32, kernelSize: 5, strides: 2, activation: 'relu', kernelInitializer: firstWeights(2) }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', kernelInitializer: firstWeights(3) }),
    ],
  });
}
// #endregion

/** Trains under one policy and asks TensorFlow what it did. */
async function train(policy: Policy, lesson: Lesson): Promise<TrainedInside> {
  const { pictures, heldOut, epochs, learningRate } = AMOUNT[lesson.length];
  const digits = await lesson.digits();
  const losses: number[] = [];
  const handles: number[] = [];
  const steps = epochs * Math.ceil(pictures / BATCH);
  const device = await lesson.usePlugin(); // in your program: await useNode({ requireGpu: true })
  try {
    const learned = tensorsOf(digits.train, pictures);
    // #region training
    const model = digitNetwork(digits.train.side, lesson.seed);
    if (policy === 'mixed_float16') mixedPrecision(model);
    model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    device.tensorflow?.handle.resetStatistics();
    await model.fit(learned.images, learned.labels, {
      batchSize: BATCH,
      epochs,
      shuffle: false,
      verbose: 0,
      callbacks: {
        onBatchEnd: async (_batch, logs) => {
          losses.push(logs?.['loss'] ?? Number.NaN);
          lesson.progress({ what: policy, step: losses.length, steps, loss: losses.at(-1) ?? Number.NaN });
          model.stopTraining = lesson.signal.aborted;
        },
        onEpochEnd: async () => void handles.push(device.tensorflow?.handle.memory().handles ?? 0),
      },
    });
    // #endregion
    const peakBytes = device.memory().peakBytes - 4 * learned.images.size;
    const inside = insideOf(device, handles);
    const unseen = tensorsOf(digits.heldOut, heldOut);
    const judged = model.evaluate(unseen.images, unseen.labels, { batchSize: 100 }) as tf.Scalar[];
    const [accuracy = Number.NaN] = (await judged[1]?.data()) ?? [];
    tf.dispose([learned, unseen, judged]);
    model.dispose();
    model.optimizer.dispose();
    lesson.signal.throwIfAborted();
    return { losses, accuracy, peakBytes, inside };
  } finally {
    device.dispose();
  }
}

// #region counters
/** TensorFlow's kernels as the plug-in saw them run. */
function insideOf({ tensorflow }: PluginHandle, handles: readonly number[]): Inside | null {
  if (tensorflow === undefined) return null; // a browser, or a machine without TensorFlow
  const { version, device, formats } = tensorflow.handle.capabilities;
  const { ops, castsOfLastStep } = tensorflow.handle.statistics();
  const products = Object.entries(ops).filter(([name]) => /^(_?BatchMatMul|_?MatMul|Conv2D)/i.test(name));
  const half = products.reduce((sum, [, count]) => sum + count.halfInputs, 0);
  const all = products.reduce((sum, [, count]) => sum + count.halfInputs + count.floatInputs, 0);
  return {
    version,
    device,
    formats: formats.join(', '),
    halfProducts: half / all,
    casts: castsOfLastStep.down,
    casts32: castsOfLastStep.up,
    handles,
  };
}
// #endregion

/** The first pictures of a set, and which digit each is. The caller disposes both. */
function tensorsOf({ side, pixels, labels }: ImageSet, count: number): { readonly images: tf.Tensor; readonly labels: tf.Tensor } {
  return {
    images: tf.tensor4d(pixels.subarray(0, count * side * side), [count, side, side, 1]),
    labels: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(0, count)), 'int32'), 10), 'float32')),
  };
}

// #region doctor
/** What `npx halftone-node-doctor` says of each part of the machine, as rows; it looks at a machine without the plug-in. */
async function askDoctor(lesson: Lesson): Promise<readonly (readonly [string, string, string])[]> {
  const { tensorflow, dispose } = await lesson.usePlugin();
  dispose();
  const diagnosis = await tensorflow?.diagnose();
  return (diagnosis?.checks ?? []).map(({ part, status, found }) => {
    const [line = ''] = found.split('\n');
    return [
      `doctor: ${part}`,
      status,
      part.startsWith('matmul') ? 'multiplied' : line.replace(/ at \/.*/, '').replaceAll(/\/\S+\/\S+/g, 'found'),
    ]; // times and paths are of one machine
  });
}
// #endregion

async function run(lesson: Lesson): Promise<Finding> {
  const doctor = await askDoctor(lesson);
  const float32 = await train('float32', lesson);
  const mixed = await train('mixed_float16', lesson);
  return cudaFinding({ doctor, float32, mixed, length: lesson.length });
}

export const program: Program = {
  name: 'cuda',
  title: 'Mixed precision inside TensorFlow, for CUDA',
  plugins: ['node', 'webgpu', 'emulate'],
  run,
};
