import * as tf from '@tensorflow/tfjs-core';
import { CustomCallback, initializers, layers, loadLayersModel, model as modelOf, sequential } from '@tensorflow/tfjs-layers';
import type { Callback, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { dynamicLossScale } from '@halftone/loss-scale';
import {
  checkpointCallback,
  freezeLayers,
  mixedPrecision,
  releaseCheckpoint,
  removeMixedPrecision,
  restoreCheckpoint,
  saveHalf,
} from '@halftone/models';
import { pick, type DigitData, type ImageSet } from '@halftone/data';
import type { Finding, Length, Lesson, Program } from '../lesson.ts';
import { chosen, likeliest, SHOWN, transferFinding, type Facts, type FileTrip, type Resumed, type Straight } from './transfer-finding.ts';

/** Pictures of 0 to 4 for the base, the few of 5 to 9 that it is carried over to, unseen ones to be judged by, and the epochs of either. */
const SIZES = {
  full: { base: 3000, few: 320, judged: 800, baseEpochs: 4, epochs: 12 },
  short: { base: 768, few: 128, judged: 300, baseEpochs: 3, epochs: 8 },
  glance: { base: 320, few: 96, judged: 200, baseEpochs: 5, epochs: 8 },
} as const satisfies Record<Length, object>;
const BATCH = 32;
/** The default begins at 65536, and a run of a few dozen steps has none to lose on the way down. */
const SHORT_RUN = { lossScale: dynamicLossScale({ initialScale: 1024 }) } as const;

// #region base
/** Learns the digits 0 to 4 and keeps the model as a file, as a model from elsewhere would come. */
async function learnBase(lesson: Lesson, data: DigitData): Promise<number> {
  const { base, baseEpochs, judged } = SIZES[lesson.length];
  const { conv2d, dense, flatten, maxPooling2d } = layers;
  const { side } = data.train;
  const drawn = (n: number) => ({ kernelInitializer: initializers.glorotUniform({ seed: 10 * lesson.seed + n }) });
  const block = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const model = sequential({
    layers: [
      conv2d({ inputShape: [side, side, 1], filters: 16, ...block, ...drawn(1), name: 'block_1' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 32, ...block, ...drawn(2), name: 'block_2' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 32, ...block, ...drawn(3), name: 'block_3' }),
      flatten({ name: 'features' }),
      dense({ units: 5, activation: 'softmax', ...drawn(4), name: 'digits_0_to_4' }),
    ],
  });
  const [learnt, unseen] = [examples(data.train, 0, base), examples(data.heldOut, 0, judged)];
  try {
    await model.save(lesson.storage.model('untrained')); // to compare with
    mixedPrecision(model, 'mixed_float16', SHORT_RUN);
    model.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy' });
    await fit(lesson, model, learnt, { what: 'digits 0 to 4', epochs: baseEpochs });
    await model.save(lesson.storage.model('base'));
    return await accuracyOf(model, unseen);
  } finally {
    dispose(model);
    tf.dispose([learnt, unseen]);
  }
}
// #endregion

// #region carry-over
/** A base with a new head for 5 to 9. Its convolutions are frozen: in mixed precision they lie in half, without masters. */
async function carryOver(lesson: Lesson, policy: string, file = 'base'): Promise<LayersModel> {
  const base = await loadLayersModel(lesson.storage.model(file));
  const kernelInitializer = initializers.glorotUniform({ seed: 10 * lesson.seed + 5 });
  const head = layers.dense({ units: 5, activation: 'softmax', kernelInitializer, name: 'digits_5_to_9' });
  const model = modelOf({ inputs: base.inputs, outputs: head.apply(base.getLayer('features').output) as SymbolicTensor });
  base.layers.at(-1)?.dispose(); // its old head
  freezeLayers(model, 'block_*');
  mixedPrecision(model, policy, policy === 'float32' ? {} : SHORT_RUN);
  model.compile({ optimizer: tf.train.adam(0.003), loss: 'categoricalCrossentropy' });
  return model;
}
// #endregion

// #region straight
/** Trains without a stop, and tells what became of it. */
async function straight(lesson: Lesson, data: DigitData, { policy, file }: { policy: string; file?: string }): Promise<Straight> {
  const { few, epochs } = SIZES[lesson.length];
  const model = await carryOver(lesson, policy, file);
  const learnt = examples(data.train, 5, few);
  try {
    const curve = await fit(lesson, model, learnt, { what: `${policy}, ${file ?? 'base'}`, epochs });
    const kernels = model.layers
      .filter(({ trainable, weights }) => !trainable && weights.length > 0)
      .map((layer) => layer.getWeights()[0] as tf.Tensor);
    const storages = kernels.map((kernel) => storageOf(kernel));
    const bytes = kernels.reduce((sum, { size }, i) => sum + size * (storages[i] === 'float32' ? 4 : 2), 0);
    return { known: await judge(lesson, data, model), curve, storages, bytes, digest: await digestOf(model) };
  } finally {
    dispose(model);
    tf.dispose(learnt);
  }
}
// #endregion

// #region leave
/** The same training with a checkpoint after each epoch, left half way: nothing of it is in memory afterwards, as when a tab is closed. */
async function trainAndLeave(lesson: Lesson, data: DigitData, facts: Facts): Promise<void> {
  const { few, epochs } = SIZES[lesson.length];
  const model = await carryOver(lesson, 'mixed_float16');
  const learnt = examples(data.train, 5, few);
  try {
    const checkpoints = checkpointCallback(model, lesson.storage.checkpoint, { metadata: () => facts, signals: [] }); // the facts outlive the tab too
    await fit(lesson, model, learnt, { what: 'with checkpoints', epochs: epochs / 2, callbacks: [checkpoints] });
  } finally {
    dispose(model);
    tf.dispose(learnt);
  }
}
// #endregion

// #region go-on
/** A new start, perhaps in a new tab: the same code builds the model, the checkpoint brings all that it knew, and training goes on. */
async function goOn(lesson: Lesson, data: DigitData): Promise<Resumed> {
  const { few, epochs } = SIZES[lesson.length];
  const { checkpoint } = lesson.storage;
  const model = await carryOver(lesson, 'mixed_float16');
  const learnt = examples(data.train, 5, few);
  try {
    const resumed = await restoreCheckpoint(model, checkpoint);
    const facts = resumed.metadata as unknown as Facts;
    const from = resumed.progress?.epoch ?? 0;
    const checkpoints = checkpointCallback(model, checkpoint, { resumed, metadata: () => facts, signals: [] });
    const curve = await fit(lesson, model, learnt, { what: 'gone on', epochs, initialEpoch: from, callbacks: [checkpoints] });
    const found = { facts, from, curve, known: await judge(lesson, data, model), digest: await digestOf(model) };
    return { ...found, file: await fileTrip(lesson, data, model) };
  } finally {
    dispose(model);
    tf.dispose(learnt);
  }
}
// #endregion

// #region file
/** Saves in half, and opens the file in plain tfjs on its own `cpu` backend: no wrapper, no plug-in. */
async function fileTrip(lesson: Lesson, data: DigitData, model: LayersModel): Promise<FileTrip> {
  const [float32File, halfFile] = [lesson.storage.model('float32'), lesson.storage.model('half')];
  const unseen = examples(data.heldOut, 5, SHOWN * 8);
  const inHalf = await predictionsOf(model, unseen.xs);
  const report = await saveHalf(model, halfFile);
  removeMixedPrecision(model);
  await model.save(float32File);
  const inFloat32 = await predictionsOf(model, unseen.xs);
  const ours = tf.getBackend();
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  try {
    const plain = await loadLayersModel(halfFile);
    const again = examples(data.heldOut, 5, SHOWN * 8); // made on this backend
    const opened = await predictionsOf(plain, again.xs);
    plain.dispose();
    tf.dispose(again);
    const bytes = [await weightBytes(float32File), await weightBytes(halfFile)] as const;
    return { bytes, reported: report.bytes, fromFloat32: farthest(opened, inFloat32), fromHalf: farthest(opened, inHalf), opened, inHalf };
  } finally {
    await tf.setBackend(ours);
    tf.dispose(unseen);
  }
}
// #endregion

// #region run
async function run(lesson: Lesson): Promise<Finding> {
  const plugin = await lesson.usePlugin({ deterministic: true }); // the same bits on every run
  try {
    const data = await lesson.digits();
    if (!(await lesson.storage.kept())) {
      const known = await learnBase(lesson, data);
      const untrained = await straight(lesson, data, { policy: 'float32', file: 'untrained' });
      const float32 = await straight(lesson, data, { policy: 'float32' });
      const mixed = await straight(lesson, data, { policy: 'mixed_float16' });
      await trainAndLeave(lesson, data, { known, untrained, float32, mixed });
    }
    const resumed = await goOn(lesson, data); // also where an earlier visit left a checkpoint
    await lesson.storage.clear();
    return transferFinding(SIZES[lesson.length].epochs, data.heldOut, resumed);
  } finally {
    await releaseCheckpoint(lesson.storage.checkpoint);
    plugin.dispose();
  }
}
// #endregion

type Examples = {
  readonly xs: tf.Tensor4D;
  readonly ys: tf.Tensor2D;
};
interface FitWishes {
  readonly what: string;
  readonly epochs: number;
  readonly initialEpoch?: number;
  readonly callbacks?: readonly Callback[];
}

async function fit(lesson: Lesson, model: LayersModel, { xs, ys }: Examples, wishes: FitWishes): Promise<number[]> {
  const { what, epochs, initialEpoch = 0, callbacks = [] } = wishes;
  const curve: number[] = [];
  const watch = new CustomCallback({
    onEpochEnd: async (epoch, logs) => {
      const loss = logs?.['loss'] ?? Number.NaN;
      curve.push(loss);
      lesson.progress({ what, step: epoch + 1, steps: epochs, loss });
      model.stopTraining = lesson.signal.aborted; // after the checkpoint, which is of whole epochs
    },
  });
  await model.fit(xs, ys, {
    epochs,
    initialEpoch,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0,
    callbacks: [...callbacks, watch],
  });
  lesson.signal.throwIfAborted();
  return curve;
}

function examples(set: ImageSet, first: number, wanted: number): Examples {
  const { side } = set;
  const { pixels, labels } = pick(set, chosen(set, first, wanted));
  const classes = Int32Array.from(labels, (label) => label - first);
  return {
    xs: tf.tensor4d(pixels, [labels.length, side, side, 1]),
    ys: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), 5), 'float32') as tf.Tensor2D),
  };
}

function dispose(model: LayersModel): void {
  model.optimizer?.dispose();
  model.dispose();
}

async function predictionsOf(model: LayersModel, xs: tf.Tensor4D): Promise<Float32Array> {
  const output = model.predict(xs) as tf.Tensor;
  const values = Float32Array.from(await output.data());
  output.dispose();
  return values;
}

async function accuracyOf(model: LayersModel, { xs, ys }: Examples): Promise<number> {
  const [found, wanted] = [await predictionsOf(model, xs), await ys.data()];
  const [answers, labels] = [likeliest(found), likeliest(wanted)];
  return answers.filter((answer, i) => answer === labels[i]).length / labels.length;
}

async function judge(lesson: Lesson, data: DigitData, model: LayersModel): Promise<number> {
  const unseen = examples(data.heldOut, 5, SIZES[lesson.length].judged);
  try {
    return await accuracyOf(model, unseen);
  } finally {
    tf.dispose(unseen);
  }
}

async function digestOf(model: LayersModel): Promise<string> {
  const weights = await Promise.all(model.getWeights().map(async (weight) => Float32Array.from(await weight.data())));
  const bytes = await new Blob(weights).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function weightBytes(place: string | tf.io.IOHandler): Promise<number> {
  const handler = typeof place === 'string' ? tf.io.getLoadHandlers(place)[0] : place;
  const { weightData } = (await handler?.load?.()) ?? {};
  return weightData === undefined ? 0 : tf.io.CompositeArrayBuffer.join(weightData).byteLength;
}

const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

export const program: Program = {
  name: 'transfer',
  title: 'Carry a model over, save it in half, stop and go on',
  plugins: ['webgpu', 'node', 'emulate'],
  run,
};
