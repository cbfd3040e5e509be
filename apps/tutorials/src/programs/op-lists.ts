import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { explain, type KernelRecord } from '@halftone/autocast';
import { useEmulated } from '@halftone/emulate';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { mixedPrecision, setLayerPolicy } from '@halftone/models';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { policy, withOps } from '@halftone/policy';
import type { DigitData, ImageSet } from '@halftone/data';
import type { Finding, Length, Lesson, Program } from '../lesson.ts';
import { HOPELESS, opListsFinding, type Seen, type Square, type Trained, type Tried, type Variant } from './op-lists-finding.ts';

const SIZES = {
  full: { steps: 400, judged: 1000 },
  short: { steps: 40, judged: 300 },
  glance: { steps: 32, judged: 200 },
} as const satisfies Record<Length, object>;
const BATCH = 32;

// #region layer
/** Divides each number by how strong its surroundings are: the square root of the mean square in a window of 5 × 5. */
class LocalContrast extends layers.Layer {
  static readonly className = 'LocalContrast';
  readonly #square: Square;

  constructor({ square, ...config }: { readonly name: string; readonly square: Square }) {
    super(config);
    this.#square = square;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const power = tf.avgPool(this.#square(x), 5, 1, 'same');
      return tf.div(x, tf.sqrt(tf.add(power, 1e-8))); // 1e-8: paper without ink must not divide by zero
    });
  }
}
const product: Square = (x) => tf.mul(x, x);
const square: Square = (x) => tf.square(x);
// #endregion

// #region network
function buildNetwork(side: number, seed: number, square: Square): LayersModel {
  const drawn = (n: number) => ({ kernelInitializer: initializers.glorotUniform({ seed: 10 * seed + n }), useBias: false });
  return sequential({
    layers: [
      layers.conv2d({ inputShape: [side, side, 1], filters: 8, kernelSize: 3, ...drawn(1), name: 'block_1' }),
      new LocalContrast({ name: 'contrast_1', square }),
      layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, activation: 'relu', ...drawn(2), name: 'block_2' }),
      new LocalContrast({ name: 'contrast_2', square }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax', ...drawn(3), name: 'digit' }),
    ],
  });
}
// #endregion

// #region variants
const mixed = policy('mixed_float16');

const variants: readonly Variant[] = [
  { key: 'float32', name: 'float32', policy: policy('float32') },
  { key: 'asIs', name: 'mixed_float16', policy: mixed },
  { key: 'inner', name: 'f32Inner: Multiply', policy: withOps(mixed, { f32Inner: ['Multiply'] }) },
  { key: 'denied', name: 'deny: Multiply', policy: withOps(mixed, { deny: ['Multiply'] }) },
  { key: 'byLayer', name: 'the layers in float32', policy: mixed, layers: 'float32' },
  { key: 'rewritten', name: 'tf.square(x), not x · x', policy: mixed, square },
  { key: 'tooFar', name: 'deny: Multiply, allow: Add', policy: withOps(mixed, { deny: ['Multiply'], allow: ['Add'] }) },
];

function applyVariant(model: LayersModel, { policy: chosen, layers: layerPolicy }: Variant): void {
  mixedPrecision(model, chosen);
  if (layerPolicy !== undefined) setLayerPolicy(model, 'contrast_*', layerPolicy);
}
// #endregion

// #region observe
/** Asks the emulation what one batch makes leave the range of float16, kernel by kernel. Needs no GPU, and no step of training. */
async function observe(lesson: Lesson, data: DigitData): Promise<Seen[]> {
  const emulated = await useEmulated({ base: 'cpu', observe: true });
  try {
    const seen: Seen[] = [];
    for (const variant of variants) {
      const model = buildNetwork(data.train.side, lesson.seed, variant.square ?? product);
      applyVariant(model, variant);
      const batch = batchAt(data.train, 1, 8);
      emulated.resetRanges();
      const output = model.predict(batch.images) as tf.Tensor;
      const ranges = Object.entries(emulated.ranges()).map(([kernel, range]) => ({ kernel, ...range }));
      seen.push({ overflow: ranges.filter(({ overflow }) => overflow > 0), finite: (await output.data()).every(Number.isFinite) });
      model.dispose();
      tf.dispose([batch, output]);
    }
    return seen;
  } finally {
    emulated.dispose();
  }
}
// #endregion

// #region explain
/** The kernels of a forward pass, with what was decided for each. */
function explainForward(side: number, variant: Variant, seed: number): readonly KernelRecord[] {
  const model = buildNetwork(side, seed, variant.square ?? product);
  applyVariant(model, variant);
  const blank = tf.zeros([4, side, side, 1]);
  const { result, kernels } = explain(() => model.predict(blank) as tf.Tensor);
  model.dispose();
  tf.dispose([blank, result]);
  return kernels;
}
// #endregion

// #region train
/** Trains one variant; gives up where step after step is skipped, because then no loss scale helps. */
async function train(lesson: Lesson, data: DigitData, variant: Variant): Promise<Trained> {
  const { steps, judged } = SIZES[lesson.length];
  const model = buildNetwork(data.train.side, lesson.seed, variant.square ?? product);
  applyVariant(model, variant);
  const lossScale = variant.policy.compute === 'float32' ? noLossScale() : dynamicLossScale({ initialScale: 64 }); // low: gradients through a root near 0 are large
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.005), { policy: variant.policy, lossScale });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const curve: number[] = [];
  try {
    for (let step = 1; step <= steps; step += 1) {
      lesson.signal.throwIfAborted();
      const batch = batchAt(data.train, step, BATCH);
      const loss = Number(await model.trainOnBatch(batch.images, batch.labels));
      tf.dispose([batch.images, batch.labels]);
      curve.push(loss);
      const { scale, skippedInRow } = await optimizer.lossScaleState();
      lesson.progress({ what: variant.name, step, steps, loss, scale });
      if (skippedInRow === HOPELESS) break;
    }
    const { skipped } = await optimizer.lossScaleState();
    return { curve, skipped, ...(await judge(model, batchAt(data.heldOut, 1, judged))) };
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}
// #endregion

// #region run
async function run(lesson: Lesson): Promise<Finding> {
  const data = await lesson.digits().then(asMeasured);
  const seen = await observe(lesson, data);
  const plugin = await lesson.usePlugin();
  try {
    const { side } = data.train;
    const tried: Tried[] = [];
    for (const [i, variant] of variants.entries()) {
      const kernels = explainForward(side, variant, lesson.seed);
      tried.push({ ...variant, ...(seen[i] as Seen), kernels, ...(await train(lesson, data, variant)) });
    }
    return opListsFinding(tried, selectors(side, lesson.seed));
  } finally {
    plugin.dispose();
  }
}
// #endregion

// #region selectors
/** Ways to say which layers are meant: all give the same two. */
function selectors(side: number, seed: number): string[] {
  const model = mixedPrecision(buildNetwork(side, seed, product));
  const found = ['contrast_*', /^contrast/, LocalContrast, { className: 'LocalContrast' }].map((selector) =>
    setLayerPolicy(model, selector, 'float32').join(' and '),
  );
  model.dispose();
  return found;
}
// #endregion

type Batch = {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
};

/** Pixels from 0 to 4095, as a detector of 12 bits gives them, and paper without ink at 0. */
function asMeasured(data: DigitData): DigitData {
  const cleaned = (set: ImageSet) => ({ ...set, pixels: set.pixels.map((pixel) => (pixel < 0.2 ? 0 : Math.round(4095 * pixel))) });
  return { ...data, train: cleaned(data.train), heldOut: cleaned(data.heldOut) };
}

/** The pictures of one step, in the order of the set, over and over. */
function batchAt({ side, pixels, labels }: ImageSet, step: number, wanted: number): Batch {
  const count = Math.min(wanted, labels.length);
  const from = ((step - 1) * count) % (labels.length - count + 1);
  return {
    images: tf.tensor4d(pixels.slice(from * side * side, (from + count) * side * side), [count, side, side, 1]),
    labels: tf.tidy(
      () => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels.subarray(from, from + count)), 'int32'), 10), 'float32') as tf.Tensor2D,
    ),
  };
}

async function judge(model: LayersModel, { images, labels }: Batch): Promise<{ loss: number; known: number }> {
  const [loss, known] = tf.tidy(() => {
    const chances = model.predict(images) as tf.Tensor2D;
    const hits = tf.equal(tf.argMax(chances, 1), tf.argMax(labels, 1));
    const logs = tf.log(tf.add(chances, 1e-7));
    return [tf.neg(tf.mean(tf.sum(tf.mul(labels, logs), 1))), tf.mean(tf.cast(hits, 'float32'))];
  });
  const [[lossFound = Number.NaN], [knownFound = Number.NaN]] = [await loss.data(), await known.data()];
  tf.dispose([images, labels, loss, known]);
  return { loss: lossFound, known: Number.isFinite(lossFound) ? knownFound : 0 };
}

export const program: Program = {
  name: 'op-lists',
  title: 'Op lists and layer policies of your own',
  plugins: ['webgpu', 'node', 'emulate'],
  run,
};
