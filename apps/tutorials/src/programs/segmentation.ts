import { autocast } from '@halftone/autocast';
import { createRandom, pictureCount, type MembraneSet, type Random } from '@halftone/data';
import { round } from '@halftone/float16';
import { mixedPrecision } from '@halftone/models';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, input, layers, metrics, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Finding, Length, Lesson, Program } from '../lesson.ts';
import { segmentationFinding, type Sums, type TrainedUnet } from './segmentation-finding.ts';

const AMOUNT = {
  full: { policies: ['float32', 'mixed_float16', 'mixed_bfloat16'], steps: 200, crop: 64, batch: 4, judged: 6 },
  short: { policies: ['float32', 'mixed_float16'], steps: 72, crop: 32, batch: 8, judged: 4 },
  glance: { policies: ['float32', 'mixed_float16'], steps: 40, crop: 32, batch: 4, judged: 4 },
} as const satisfies Record<Length, unknown>;

const ALL_HALF = 'float16'; // a policy without any float32, to see what mixed precision is for

// #region network
/** A small U-Net (Ronneberger et al. 2015) in plain tfjs: down twice, up twice, and on the way up it sees again what it saw on the way down. */
function unet(seed: number): LayersModel {
  let drawn = 100 * seed;
  const twice = (x: SymbolicTensor, filters: number): SymbolicTensor => {
    for (let i = 0; i < 2; i += 1) {
      const kernelInitializer = initializers.heNormal({ seed: (drawn += 1) });
      x = layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer }).apply(x) as SymbolicTensor;
    }
    return x;
  };
  const down = (x: SymbolicTensor) => layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  const up = (x: SymbolicTensor, skipped: SymbolicTensor) =>
    layers.concatenate().apply([layers.upSampling2d({ size: [2, 2] }).apply(x) as SymbolicTensor, skipped]) as SymbolicTensor;

  const picture = input({ shape: [null, null, 1] }); // any size that can be halved twice
  const fine = twice(picture, 8);
  const middle = twice(down(fine), 16);
  const coarse = twice(down(middle), 32);
  const x = twice(up(twice(up(coarse, middle), 16), fine), 8);
  const kernelInitializer = initializers.heNormal({ seed: drawn + 1 });
  const membrane = layers.conv2d({ filters: 1, kernelSize: 1, activation: 'sigmoid', kernelInitializer }).apply(x) as SymbolicTensor;
  return model({ inputs: picture, outputs: membrane });
}
// #endregion

// #region loss
/** How well what was found covers what is there: 1 where they are the same, 0 where they share nothing (Dice 1945). */
function dice(truth: tf.Tensor, found: tf.Tensor): tf.Tensor {
  const both = tf.sum(tf.mul(truth, found));
  const all = tf.add(tf.sum(truth), tf.sum(found)); // this is the sum that overflows
  return tf.div(tf.add(tf.mul(both, 2), 1), tf.add(all, 1)); // 1 more keeps empty pictures from 0 / 0
}

/** 1 less the mean of both Dice: of membranes, and of the cells between them. */
function diceLoss(truth: tf.Tensor, found: tf.Tensor): tf.Tensor {
  const cells = dice(tf.sub(1, truth), tf.sub(1, found));
  return tf.sub(1, tf.div(tf.add(dice(truth, found), cells), 2));
}

function diceAndCrossEntropy(truth: tf.Tensor, found: tf.Tensor): tf.Tensor {
  return tf.add(diceLoss(truth, found), tf.mean(metrics.binaryCrossentropy(truth, found)));
}
// #endregion

async function train(policy: string, lesson: Lesson): Promise<TrainedUnet> {
  const { steps, judged, ...cut } = AMOUNT[lesson.length];
  const { train: known, heldOut } = await lesson.membranes();
  const random = createRandom(lesson.seed, 'crops');
  const losses: number[] = [];
  const device = await lesson.usePlugin(); // one for each training, so that their bytes do not mix
  // #region precision
  const network = unet(lesson.seed);
  if (policy !== 'float32') mixedPrecision(network, policy);
  const learningRate = (applied: number): number => 0.003 * (1 - applied / steps); // comes to rest, so that the last batches do not decide
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(learningRate(0)), { policy, learningRate });
  network.compile({ optimizer, loss: diceAndCrossEntropy });
  // #endregion
  try {
    // #region training
    for (let step = 1; step <= steps; step += 1) {
      lesson.signal.throwIfAborted();
      const { pictures, masks } = crops(known, cut, random);
      const loss = Number(await network.trainOnBatch(pictures, masks));
      losses.push(loss);
      lesson.progress({ what: policy, step, steps, loss });
      tf.dispose([pictures, masks]);
    }
    // #endregion
    const { peakBytes } = device.memory();
    const { skipped } = await optimizer.lastStep();
    return { policy, losses, ...(await judge(network, heldOut, judged)), peakBytes, skipped };
  } finally {
    optimizer.dispose();
    network.dispose();
    device.dispose();
  }
}

/** Looks at the first pictures of a set, whole and one at a time. */
async function judge(
  network: LayersModel,
  { side, pictures, masks }: MembraneSet,
  count: number,
): Promise<Pick<TrainedUnet, 'membranes' | 'cells' | 'chances'>> {
  const size = side * side;
  const chances = new Float32Array(count * size);
  for (let i = 0; i < count; i += 1) {
    const picture = tensorOf(pictures.subarray(i * size, (i + 1) * size), side);
    const mask = network.predict(picture) as tf.Tensor;
    chances.set(await mask.data(), i * size);
    tf.dispose([picture, mask]);
  }
  const scores = tf.tidy(() => {
    const truth = tensorOf(masks.subarray(0, chances.length), side);
    const found = tensorOf(chances.map(Math.round), side);
    return tf.stack([dice(truth, found), dice(tf.sub(1, truth), tf.sub(1, found))]);
  });
  const [membranes = Number.NaN, cells = Number.NaN] = await scores.data();
  scores.dispose();
  return { membranes, cells, chances };
}

interface Cut {
  /** Pixels along one edge. */
  readonly crop: number;
  readonly batch: number;
}

/** Random squares of random pictures, mirrored at random: tissue has no up and no left. The caller disposes both. */
function crops(set: MembraneSet, { crop, batch }: Cut, random: Random): { readonly pictures: tf.Tensor; readonly masks: tf.Tensor } {
  const [pictures, masks] = [new Float32Array(batch * crop * crop), new Float32Array(batch * crop * crop)];
  for (let at = 0; at < pictures.length;) {
    const corner = random.integer(pictureCount(set)) * set.side ** 2;
    const [top, left] = [random.integer(set.side - crop + 1), random.integer(set.side - crop + 1)];
    const [isFlipped, isMirrored] = [random.integer(2) === 1, random.integer(2) === 1];
    for (let y = 0; y < crop; y += 1)
      for (let x = 0; x < crop; x += 1, at += 1) {
        const from = corner + (top + (isFlipped ? crop - 1 - y : y)) * set.side + left + (isMirrored ? crop - 1 - x : x);
        pictures[at] = set.pictures[from] ?? 0;
        masks[at] = set.masks[from] ?? 0;
      }
  }
  return { pictures: tensorOf(pictures, crop), masks: tensorOf(masks, crop) };
}

function tensorOf(pixels: Float32Array, side: number): tf.Tensor {
  return tf.tensor4d(pixels, [pixels.length / side ** 2, side, side, 1]);
}

// #region overflow
/** The Dice loss of all judged pictures in one batch, and the sum inside it, under a policy. */
async function sumsUnder(policy: string, { truth, found }: { readonly truth: tf.Tensor; readonly found: tf.Tensor }): Promise<Sums> {
  const sums = tf.tidy(() =>
    autocast(policy, () => {
      const cells = tf.add(tf.sum(tf.sub(1, truth)), tf.sum(tf.sub(1, found)));
      return tf.stack([cells, diceLoss(truth, found)]);
    }),
  );
  const [cells = Number.NaN, loss = Number.NaN] = await sums.data();
  sums.dispose();
  return { cells, loss };
}

/** What a loop over pixels gets that keeps its running sum in float16. */
function countedOneByOne(masks: Float32Array): number {
  const sum = new Float32Array(1);
  for (const mask of masks) round([(sum[0] ?? 0) + 1 - mask], 'float16', { out: sum });
  return sum[0] ?? 0;
}
// #endregion

async function run(lesson: Lesson): Promise<Finding> {
  const trained: TrainedUnet[] = [];
  for (const policy of AMOUNT[lesson.length].policies) trained.push(await train(policy, lesson));
  const { heldOut } = await lesson.membranes();
  const chances = trained[0]?.chances ?? new Float32Array();
  const masks = heldOut.masks.subarray(0, chances.length);
  const device = await lesson.usePlugin();
  try {
    const batch = { truth: tensorOf(masks, heldOut.side), found: tensorOf(chances, heldOut.side) };
    const sums: Sums[] = [];
    for (const { policy } of [...trained, { policy: ALL_HALF }]) sums.push(await sumsUnder(policy, batch));
    tf.dispose([batch.truth, batch.found]);
    return segmentationFinding(trained, { sums, oneByOne: countedOneByOne(masks), heldOut, length: lesson.length });
  } finally {
    device.dispose();
  }
}

export const program: Program = {
  name: 'segmentation',
  title: 'Medical segmentation: a U-Net that finds membranes',
  plugins: ['webgpu', 'emulate', 'node'],
  run,
};
