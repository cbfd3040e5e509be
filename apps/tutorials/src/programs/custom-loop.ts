import * as tf from '@tensorflow/tfjs-core';
import { initializers, input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { autocast } from '@halftone/autocast';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { gradScaler, optimizerState, type GradScaler } from '@halftone/optimizer';
import type { DigitData, ImageSet } from '@halftone/data';
import type { Finding, Lesson, Length, Program } from '../lesson.ts';
import { customLoopFinding, REDRAWING, SHOWN, type Accident, type Judgement, type Outcome, type Point } from './custom-loop-finding.ts';

/** How long: steps, pictures to be judged by, and after how many good steps the scale doubles (2000 unless set; a short run must see it move). */
const SIZES = {
  full: { steps: 1000, judged: 992, growthInterval: 100 },
  short: { steps: 60, judged: 496, growthInterval: 10 },
  glance: { steps: 30, judged: 192, growthInterval: 10 },
} as const satisfies Record<Length, object>;
/** A batch of 64 is taken in four parts of 16. */
const [BATCH, PARTS, PART] = [64, 4, 16] as const;
const READ_EVERY = 5;
const INITIAL_SCALE = 4096;

// #region network
/** One body, two heads: which digit it is (ten logits), and the picture once more, drawn from 32 numbers. */
function buildNetwork(side: number, seed: number): LayersModel {
  let streams = 0;
  const kernelInitializer = () => initializers.glorotUniform({ seed: 10 * seed + (streams += 1) });
  const convolution = (filters: number) =>
    layers.conv2d({ filters, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu', kernelInitializer: kernelInitializer() });
  const picture = input({ shape: [side, side, 1] });
  const features = convolution(16).apply(convolution(8).apply(picture));
  const code = layers
    .dense({ units: 32, activation: 'relu', kernelInitializer: kernelInitializer() })
    .apply(layers.flatten().apply(features));
  const logits = layers.dense({ units: 10, kernelInitializer: kernelInitializer() }).apply(code) as SymbolicTensor;
  const redrawn = layers.dense({ units: side * side, activation: 'sigmoid', kernelInitializer: kernelInitializer() }).apply(code);
  return model({ inputs: picture, outputs: [logits, redrawn as SymbolicTensor] });
}
// #endregion

// #region losses
/** Both losses of one batch. The network runs under the policy, the losses outside of it, in float32. */
function lossesOf(network: LayersModel, policy: string, { images, labels }: Batch): { naming: tf.Scalar; redrawing: tf.Scalar } {
  const [logits, redrawn] = autocast(policy, () => network.apply(images, { training: true })) as [tf.Tensor2D, tf.Tensor2D];
  return {
    naming: tf.losses.softmaxCrossEntropy(labels, logits),
    redrawing: tf.losses.meanSquaredError(tf.reshape(images, redrawn.shape), redrawn),
  };
}
// #endregion

// #region accumulate
/** Gradients of one batch, taken in `parts` parts whose activations never lie in memory together. They carry the loss scale. */
function gradientsOf(run: Run, batch: Batch, parts: number): tf.NamedTensorMap {
  let total: tf.NamedTensorMap | null = null;
  for (const part of split(batch, parts)) {
    const { value, grads } = run.scaler.variableGrads(() => {
      const { naming, redrawing } = lossesOf(run.network, run.policy, part);
      run.seen.push(tf.keep(tf.stack([naming, redrawing])));
      return tf.div(tf.add(naming, tf.mul(redrawing, REDRAWING)), parts); // the mean over the whole batch
    });
    value.dispose();
    tf.dispose([part.images, part.labels]);
    total = run.scaler.accumulate(total, grads);
  }
  return total ?? {};
}
// #endregion

// #region loop
/** Trains; in mixed precision a broken batch comes in between, half way. */
async function train(lesson: Lesson, data: DigitData, policy: string): Promise<Outcome> {
  const { steps, judged } = SIZES[lesson.length];
  const run = start(data, policy, lesson);
  const optimizer = tf.train.adam(0.003);
  const curve: Point[] = [];
  let accident: Accident | null = null;
  try {
    for (let step = 1; step <= steps; step += 1) {
      lesson.signal.throwIfAborted();
      const gradients = gradientsOf(run, batchAt(data.train, step, BATCH), PARTS);
      run.scaler.apply(optimizer, gradients, { clipNorm: 1 }); // unscales, clips, looks for infinities, steps, moves the scale
      if (step % READ_EVERY === 0) {
        const { scale } = await run.scaler.lossScaleState(); // waits for the device, and so it is not done at every step
        const [naming, redrawing] = await meanOf(run.seen);
        curve.push({ step, naming, redrawing, scale });
        lesson.progress({ what: policy, step, steps, loss: naming, scale });
      }
      if (policy !== 'float32' && step === steps / 2)
        accident = await overflow(run, optimizer, { step, batch: batchAt(data.train, step + 1, BATCH) });
    }
    const { scale, skipped } = await run.scaler.lossScaleState();
    return { policy, curve, scale, skipped, accident, ...(await judge(run, data.heldOut, judged)) };
  } finally {
    stop(run, optimizer);
  }
}
// #endregion

// #region overflow
/** One step with pixels from 0 to a million: somebody has written them down in millionths. */
async function overflow(run: Run, optimizer: tf.Optimizer, { step, batch }: { step: number; batch: Batch }): Promise<Accident> {
  const before = await numbersOf(run.network, optimizer);
  const { scale: scaleBefore } = await run.scaler.lossScaleState();
  const broken = { images: tf.mul(batch.images, 1e6) as tf.Tensor4D, labels: batch.labels };
  batch.images.dispose();
  run.scaler.apply(optimizer, gradientsOf(run, broken, PARTS), { clipNorm: 1 });
  const { applied, firstNonFinite, scale } = await run.scaler.lastStep();
  const after = await numbersOf(run.network, optimizer);
  const changed = after.filter((values, at) => !sameBits(values, before[at])).length;
  tf.dispose(run.seen.splice(0)); // its losses tell nothing
  return { step, applied, firstNonFinite, scaleBefore, scaleAfter: scale, compared: before.length, changed };
}

/** All that a step may change: the weights, Adam's two averages for each of them, and its powers of beta. */
async function numbersOf(network: LayersModel, optimizer: tf.Optimizer): Promise<Float32Array[]> {
  const { slots, powers } = optimizerState(optimizer);
  const tensors = [...network.getWeights(), ...[...slots, ...powers].map(({ variable }) => variable)];
  return Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data())));
}
// #endregion

// #region plain
/** The same accident without a scaler: gradients of tfjs itself, applied whatever they hold. */
async function withoutScaler(lesson: Lesson, data: DigitData): Promise<number> {
  const run = start(data, 'mixed_float16', lesson);
  const optimizer = tf.train.adam(0.003);
  const { images, labels } = batchAt(data.train, 1, PART);
  optimizer.minimize(() => {
    const { naming, redrawing } = lossesOf(run.network, run.policy, { images: tf.mul(images, 1e6), labels });
    return tf.add(naming, tf.mul(redrawing, REDRAWING));
  });
  const weights = await Promise.all(run.network.getWeights().map((weight) => weight.data()));
  tf.dispose([images, labels]);
  stop(run, optimizer);
  return weights.filter((values) => values.some((value) => !Number.isFinite(value))).length;
}
// #endregion

// #region checks
/** How far the gradients of a batch in parts are from those of the whole batch, relative to their length. */
async function accumulationGap(lesson: Lesson, data: DigitData, policy: string): Promise<number> {
  const run = start(data, policy, lesson);
  const whole = run.scaler.unscale(gradientsOf(run, batchAt(data.train, 1, BATCH), 1));
  const parts = run.scaler.unscale(gradientsOf(run, batchAt(data.train, 1, BATCH), PARTS));
  const gap = tf.tidy(() => {
    const squares = Object.keys(whole).map((name) => tf.sum(tf.squaredDifference(parts[name] as tf.Tensor, whole[name] as tf.Tensor)));
    const lengths = Object.values(whole).map((gradient) => tf.sum(tf.square(gradient)));
    return tf.sqrt(tf.div(tf.addN(squares), tf.addN(lengths)));
  });
  const [found = Number.NaN] = await gap.data();
  tf.dispose([whole, parts, gap]);
  stop(run);
  return found;
}

/** How far one step of SGD with rate 1 goes when the gradient is clipped to a length of 0.05. */
async function clippedLength(lesson: Lesson, data: DigitData): Promise<{ moved: number; scale: number }> {
  const run = start(data, 'mixed_float16', lesson);
  const optimizer = tf.train.sgd(1);
  const before = await numbersOf(run.network, optimizer);
  const { scale } = await run.scaler.lossScaleState();
  run.scaler.apply(optimizer, gradientsOf(run, batchAt(data.train, 1, BATCH), PARTS), { clipNorm: 0.05 });
  const after = await numbersOf(run.network, optimizer);
  const squares = after.flatMap((values, at) => Array.from(values, (value, i) => (value - (before[at]?.[i] ?? 0)) ** 2));
  stop(run, optimizer);
  return { moved: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)), scale };
}
// #endregion

type Batch = {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
};

interface Run {
  readonly policy: string;
  readonly network: LayersModel;
  readonly scaler: GradScaler;
  /** Losses that nobody has read yet. */
  readonly seen: tf.Tensor[];
}

// #region start
function start({ train: { side } }: DigitData, policy: string, { length, seed }: Lesson): Run {
  const lossScale =
    policy === 'float32' ? noLossScale() : dynamicLossScale({ initialScale: INITIAL_SCALE, growthInterval: SIZES[length].growthInterval });
  return { policy, network: buildNetwork(side, seed), scaler: gradScaler({ lossScale }), seen: [] };
}
// #endregion

function stop(run: Run, optimizer?: tf.Optimizer): void {
  run.network.dispose();
  run.scaler.dispose();
  optimizer?.dispose();
  tf.dispose(run.seen);
}

/** The pictures of one step, in the order of the set, over and over. */
function batchAt({ side, pixels, labels }: ImageSet, step: number, count: number): Batch {
  const from = ((step - 1) * count) % (labels.length - count + 1);
  return {
    images: tf.tensor4d(pixels.slice(from * side * side, (from + count) * side * side), [count, side, side, 1]),
    labels: tf.tidy(
      () => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(from, from + count)), 'int32'), 10), 'float32') as tf.Tensor2D,
    ),
  };
}

/** Takes the batch over. */
function split({ images, labels }: Batch, parts: number): Batch[] {
  const [pictures, names] = [tf.split(images, parts), tf.split(labels, parts)];
  tf.dispose([images, labels]);
  return pictures.map((part, i) => ({ images: part as tf.Tensor4D, labels: names[i] as tf.Tensor2D }));
}

async function meanOf(seen: tf.Tensor[]): Promise<[naming: number, redrawing: number]> {
  const mean = tf.tidy(() => tf.mean(tf.stack(seen), 0));
  tf.dispose(seen.splice(0));
  const [naming = Number.NaN, redrawing = Number.NaN] = await mean.data();
  mean.dispose();
  return [naming, redrawing];
}

/** Judges in batches of the size of a part, for which the device has all it needs. */
async function judge(run: Run, set: ImageSet, wanted: number): Promise<Judgement> {
  const batches = Math.floor(Math.min(wanted, set.labels.length) / PART);
  let [naming, redrawing, right] = [0, 0, 0];
  let drawings = new Float32Array();
  for (let at = 1; at <= batches; at += 1) {
    const batch = batchAt(set, at, PART);
    const [judged, redrawn] = tf.tidy(() => {
      const { naming: first, redrawing: second } = lossesOf(run.network, run.policy, batch);
      const [logits, drawn] = autocast(run.policy, () => run.network.predict(batch.images)) as [tf.Tensor2D, tf.Tensor2D];
      const hits = tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), tf.argMax(batch.labels, 1)), 'float32'));
      return [tf.stack([first, second, hits]), tf.slice(drawn, 0, SHOWN)];
    });
    const [first = Number.NaN, second = Number.NaN, hits = Number.NaN] = await judged.data();
    [naming, redrawing, right] = [naming + first / batches, redrawing + second / batches, right + hits / batches];
    if (at === 1) drawings = Float32Array.from(await redrawn.data());
    tf.dispose([batch.images, batch.labels, judged, redrawn]);
  }
  return { naming, redrawing, accuracy: right, drawings };
}

function sameBits(values: Float32Array, others: Float32Array | undefined): boolean {
  if (others === undefined || others.length !== values.length) return false;
  const [bits, otherBits] = [values, others].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length)) as [
    Uint32Array,
    Uint32Array,
  ];
  return bits.every((word, i) => word === otherBits[i]);
}

async function run(lesson: Lesson): Promise<Finding> {
  const plugin = await lesson.usePlugin();
  try {
    const data = await lesson.digits();
    const float32 = await train(lesson, data, 'float32');
    const mixed = await train(lesson, data, 'mixed_float16');
    const gaps = [await accumulationGap(lesson, data, 'float32'), await accumulationGap(lesson, data, 'mixed_float16')] as const;
    return customLoopFinding(data, [float32, mixed], {
      gaps,
      clipped: await clippedLength(lesson, data),
      ruined: await withoutScaler(lesson, data),
    });
  } finally {
    plugin.dispose();
  }
}

export const program: Program = {
  name: 'custom-loop',
  title: 'A training loop of your own',
  plugins: ['webgpu', 'node', 'emulate'],
  run,
};
