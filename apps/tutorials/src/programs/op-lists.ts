import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { explain, type KernelRecord } from '@halftone/autocast';
import { useEmulated, type KernelRange } from '@halftone/emulate';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { mixedPrecision, setLayerPolicy } from '@halftone/models';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { formatPolicy, policy, withOps, type Policy } from '@halftone/policy';
import type { Finding, Length, Lesson, Picture, Program } from '../lesson.ts';

type Digits = Awaited<ReturnType<Lesson['digits']>>;

const SIZES = {
  full: { steps: 400, judged: 1000 },
  short: { steps: 40, judged: 300 },
  glance: { steps: 20, judged: 100 },
} as const satisfies Record<Length, object>;
const BATCH = 32;
/** So many skipped steps in a row say that no loss scale helps. */
const HOPELESS = 8;

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
  const drawn = (n: number) => ({ kernelInitializer: initializers.glorotUniform({ seed: seed + n }), useBias: false });
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
  { name: 'float32', policy: policy('float32') },
  { name: 'mixed_float16', policy: mixed },
  { name: 'deny: Multiply', policy: withOps(mixed, { deny: ['Multiply'] }) },
  { name: 'f32Inner: Multiply', policy: withOps(mixed, { f32Inner: ['Multiply'] }) },
  { name: 'deny: Multiply, allow: Add', policy: withOps(mixed, { deny: ['Multiply'], allow: ['Add'] }) },
  { name: 'layers in float32', policy: mixed, layers: 'float32' },
  { name: 'tf.square', policy: mixed, square },
];

function applyVariant(model: LayersModel, { policy: chosen, layers: layerPolicy }: Variant): void {
  mixedPrecision(model, chosen);
  if (layerPolicy !== undefined) setLayerPolicy(model, 'contrast_*', layerPolicy);
}
// #endregion

// #region observe
/** Asks the emulation what one batch makes leave the range of float16, kernel by kernel. Needs no GPU, and no step of training. */
async function observe(lesson: Lesson, data: Digits): Promise<Seen[]> {
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
async function train(lesson: Lesson, data: Digits, variant: Variant): Promise<Trained> {
  const { steps, judged } = SIZES[lesson.length];
  const model = buildNetwork(data.train.side, lesson.seed, variant.square ?? product);
  applyVariant(model, variant);
  const lossScale = variant.policy.compute === 'float32' ? noLossScale() : dynamicLossScale({ initialScale: 64 }); // low: gradients through a root near 0 are large
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.002), { policy: variant.policy, lossScale });
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
    const explained = variants.map((variant) => explainForward(side, variant, lesson.seed));
    const selected = selectors(side, lesson.seed);
    const trained: Trained[] = [];
    for (const variant of variants) trained.push(await train(lesson, data, variant));
    return finding({ seen, explained, trained, selected });
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

type Square = (x: tf.Tensor4D) => tf.Tensor4D;

interface Variant {
  readonly name: string;
  readonly policy: Policy;
  /** Of the layers named `contrast_…`, where it is another one. */
  readonly layers?: string;
  readonly square?: Square;
}
interface Seen {
  readonly overflow: readonly (KernelRange & { readonly kernel: string })[];
  /** Whether the answers are numbers. */
  readonly finite: boolean;
}
interface Trained {
  readonly curve: readonly number[];
  readonly skipped: number;
  readonly loss: number;
  readonly known: number;
}
type Batch = {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor2D;
};

/** Pixels from 0 to 4095, as a detector of 12 bits gives them, and paper without ink at 0. */
function asMeasured(data: Digits): Digits {
  const cleaned = (set: Digits['train']) => ({ ...set, pixels: set.pixels.map((pixel) => (pixel < 0.2 ? 0 : Math.round(4095 * pixel))) });
  return { ...data, train: cleaned(data.train), heldOut: cleaned(data.heldOut) };
}

/** The pictures of one step, in the order of the set, over and over. */
function batchAt({ side, pixels, labels }: Digits['train'], step: number, wanted: number): Batch {
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

interface Evidence {
  readonly seen: readonly Seen[];
  readonly explained: readonly (readonly KernelRecord[])[];
  readonly trained: readonly Trained[];
  readonly selected: readonly string[];
}

// #region promises
function finding({ seen, explained, trained, selected }: Evidence): Finding {
  const all = variants.map((variant, i) => ({ ...variant, ...(seen[i] as Seen), ...(trained[i] as Trained), kernels: explained[i] ?? [] }));
  const [float32, asIs, denied, inner, allowed, byLayer, rewritten] = all as [Row, Row, Row, Row, Row, Row, Row];
  const mended = [denied, byLayer, rewritten];
  return {
    columns: ['variant', 'what overflows', 'results in half', 'steps skipped', 'loss on unseen', 'known'],
    rows: all.map(({ name, overflow, kernels, skipped, curve, loss, known }) => [
      name,
      overflow.map(({ kernel, overflow: count, maxAbs }) => `${kernel}, ${count} numbers up to ${Math.round(maxAbs)}`).join('; ') ||
        'nothing',
      `${kernels.filter(({ storageOut }) => storageOut.includes('float16')).length} of ${kernels.length}`,
      `${skipped} of ${curve.length}`,
      Number.isFinite(loss) ? loss.toFixed(4) : 'not a number',
      `${(100 * known).toFixed(1)} %`,
    ]),
    claims: [
      claim(
        'the emulation names the kernel before anything is trained: a product beyond 65504',
        asIs.overflow.some(({ kernel, maxAbs }) => kernel === 'Multiply' && maxAbs > 65504),
        asIs.overflow.map(({ kernel, maxAbs }) => `${kernel} up to ${Math.round(maxAbs)}`).join(', '),
      ),
      claim(
        'explain() says why that product is half',
        decision(asIs, 'Multiply') === 'promote, float16: every real input is float16',
        decision(asIs, 'Multiply'),
      ),
      claim(
        'and that an epsilon of 1e-8 is kept in float32 by itself',
        /^promote, float32: the constant .* does not fit float16$/.test(decision(asIs, 'Add')),
        decision(asIs, 'Add'),
      ),
      claim(
        'as it is, every step is skipped and no loss scale helps',
        asIs.skipped === HOPELESS && asIs.curve.length === HOPELESS,
        `${asIs.skipped} of ${asIs.curve.length} steps skipped`,
      ),
      claim(
        'f32Inner does not mend it: the maths was float32 anyway, the result does not fit',
        inner.skipped === inner.curve.length && inner.overflow.some(({ kernel }) => kernel === 'Multiply'),
        `${inner.skipped} of ${inner.curve.length} steps skipped`,
      ),
      claim(
        'deny, a layer policy and tf.square each mend it: nothing overflows, no step is skipped because of it',
        mended.every(({ overflow, curve, skipped }) => overflow.length === 0 && skipped < curve.length / 4),
        mended.map(({ name, skipped }) => `${name}: ${skipped} skipped`).join(', '),
      ),
      claim(
        'mended, the loss on unseen digits is that of float32 within 10 %',
        mended.every(({ loss }) => Math.abs(loss - float32.loss) <= 0.1 * float32.loss),
        [float32, ...mended].map(({ name, loss }) => `${name} ${loss.toFixed(4)}`).join(', '),
      ),
      claim(
        'an allow list that goes too far loses the epsilon: paper without ink gives 0 / 0',
        !allowed.finite && decision(allowed, 'Add').startsWith('allow, float16') && allowed.skipped === allowed.curve.length,
        `Add is ${decision(allowed, 'Add')}; ${allowed.skipped} of ${allowed.curve.length} steps skipped`,
      ),
      claim(
        'a name with *, a pattern, a class and a class name select the same layers',
        selected.every((paths) => paths === 'contrast_1 and contrast_2'),
        selected.join('; '),
      ),
      claim(
        'a policy with its lists is one string, which reads back as the same policy',
        variants.every(({ policy: one }) => formatPolicy(policy(formatPolicy(one))) === formatPolicy(one)),
        formatPolicy(allowed.policy),
      ),
    ],
    numbers: Object.fromEntries(
      all.flatMap(({ name, loss, known, skipped }) =>
        Object.entries({ loss, known, skipped })
          .filter(([, value]) => Number.isFinite(value))
          .map(([what, value]) => [`${name}: ${what}`, value]),
      ),
    ),
    pictures: pictures(all),
  };
}
// #endregion

type Row = Variant & Seen & Trained & { readonly kernels: readonly KernelRecord[] };

function pictures(all: readonly Row[]): Picture[] {
  return [
    {
      kind: 'curves',
      title: 'Loss of each batch',
      x: 'step',
      y: 'cross-entropy',
      series: all.map(({ name, curve }) => ({
        name,
        points: curve.flatMap((loss, i) => (Number.isFinite(loss) ? [[i + 1, loss] as const] : [])),
      })),
      summary: `Where nothing overflows the loss falls as in float32. In mixed_float16 as it is, and with f32Inner, each step is skipped and the loss stays where it began, for ${HOPELESS} steps; with an epsilon that was lost there is no loss at all.`,
    },
  ];
}

/** Class, storage and reason of the first kernel of that name in the layer. */
function decision({ kernels }: Row, kernelName: string): string {
  const found = kernels.find((kernel) => kernel.kernelName === kernelName);
  return found === undefined ? `no ${kernelName} ran` : `${found.opClass}, ${found.storageOut.join()}: ${found.why}`;
}

const claim = (what: string, holds: boolean, found: string): Finding['claims'][number] => ({ what, holds, found });

export const program: Program = {
  name: 'op-lists',
  title: 'Op lists and layer policies of your own',
  plugins: ['webgpu', 'node', 'emulate'],
  run,
};
