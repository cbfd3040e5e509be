import { autocast, storageOf, toStorage, type Storage } from '@halftone/autocast';
import { createRandom, decodeText, encodeText, type Random } from '@halftone/data';
import { adamW, mixedPrecisionOptimizer } from '@halftone/optimizer';
import { policy as policyOf } from '@halftone/policy';
import { layerNorm, softmaxCrossEntropy } from '@halftone/webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings tfjs-core its gradients
import type { Finding, Length, Lesson, Program } from '../lesson.ts';
import { languageFinding, type HiddenRow, type TrainedGpt } from './language-finding.ts';

const AMOUNT = {
  full: { width: 64, heads: 2, blocks: 2, tokens: 64, batch: 8, steps: 500, judged: 24, written: 80 },
  short: { width: 32, heads: 2, blocks: 2, tokens: 32, batch: 4, steps: 150, judged: 16, written: 40 },
  glance: { width: 32, heads: 2, blocks: 2, tokens: 32, batch: 4, steps: 60, judged: 8, written: 24 },
} as const satisfies Record<Length, unknown>;

const POLICIES = ['float32', 'mixed_float16', 'mixed_bfloat16'] as const;
const ALL_HALF = 'float16'; // a policy without any float32, to see what mixed precision is for
type Policy = (typeof POLICIES)[number];

interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  readonly tokens: number;
  /** Rows of the table of characters. */
  readonly characters: number;
}

interface Gpt {
  readonly weights: tf.Variable[];
  /** For each place of each text: how much speaks for each character as the next one. */
  logits(ids: tf.Tensor1D): tf.Tensor2D;
  dispose(): void;
}

// #region model
/** A small GPT (Radford et al. 2018), its blocks normalised before they compute. Knows nothing of precision. */
function createGpt({ width, heads, blocks, tokens, characters }: Shape, seed: number): Gpt {
  const weights: tf.Variable[] = [];
  const variable = <T extends tf.Tensor>(first: () => T): T => {
    const made = tf.tidy(() => tf.variable(first()));
    weights.push(made);
    return made as unknown as T;
  };
  const norm = () => [variable(() => tf.ones<tf.Rank.R1>([width])), variable(() => tf.zeros<tf.Rank.R1>([width]))] as const;
  const matrix = (rows: number, columns: number) =>
    variable(() => tf.randomNormal<tf.Rank.R2>([rows, columns], 0, 0.05, 'float32', 1000 * seed + weights.length));

  const table = matrix(characters, width);
  const places = matrix(tokens, width);
  const norms = Array.from({ length: blocks }, () => ({ before: norm(), between: norm() }));
  const last = norm();
  const layers = norms.map((of) => ({
    ...of,
    attend: matrix(width, 3 * width),
    gather: matrix(width, width),
    widen: matrix(width, 3 * width),
    narrow: matrix(3 * width, width),
  }));
  const head = matrix(width, characters);
  const mask = causalMask(tokens, -1e9);

  const attention = (x: tf.Tensor2D, { attend, gather }: (typeof layers)[number]): tf.Tensor2D => {
    const [queries, keys, values] = tf
      .split(tf.matMul(x, attend), 3, 1)
      .map((part) => tf.transpose(tf.reshape(part, [-1, tokens, heads, width / heads]), [0, 2, 1, 3])) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(width / heads));
    const mixed = tf.matMul(tf.softmax(tf.add(scores, mask)), values);
    return tf.matMul(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]), gather);
  };

  const logits = (ids: tf.Tensor1D): tf.Tensor2D => {
    const read = tf.add(tf.reshape(tf.gather(table, ids), [-1, tokens, width]), places);
    let x = tf.reshape(read, [-1, width]) as tf.Tensor2D;
    for (const layer of layers) {
      x = tf.add(x, attention(layerNorm(x, ...layer.before), layer));
      x = tf.add(x, tf.matMul(tf.relu(tf.matMul(layerNorm(x, ...layer.between), layer.widen)), layer.narrow));
    }
    return tf.matMul(layerNorm(x, ...last), head);
  };
  return { weights, logits, dispose: () => tf.dispose([weights, mask]) };
}

/** Nobody may look at what comes later: 0 on and below the diagonal, `hidden` above it. */
function causalMask(tokens: number, hidden: number): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? hidden : 0)),
    [tokens, tokens],
  );
}
// #endregion

async function train(policy: Policy, lesson: Lesson): Promise<TrainedGpt> {
  const { steps, batch, judged, written, ...sizes } = AMOUNT[lesson.length];
  const { train: known, heldOut: unseen, characters } = await lesson.text();
  const [text, unseenText] = [encodeText(known, characters), encodeText(unseen, characters)];
  const shape = { ...sizes, characters: 8 * Math.ceil(characters.length / 8) }; // GPUs like whole vectors
  const size = { batch, tokens: shape.tokens };
  const random = createRandom(lesson.seed, 'training');
  const losses: number[] = [];
  const device = await lesson.usePlugin(); // one for each training, so that their bytes do not mix
  // #region precision
  const gpt = createGpt(shape, lesson.seed);
  const optimizer = mixedPrecisionOptimizer(adamW(0.003, { weightDecay: 0.01 }), { policy });
  const lossOf = ({ ids, next }: Texts): tf.Scalar => autocast(policy, () => tf.mean(softmaxCrossEntropy(next, gpt.logits(ids))));
  // #endregion
  try {
    // #region training
    for (let step = 1; step <= steps; step += 1) {
      lesson.signal.throwIfAborted();
      const texts = textsFrom(text, size, random);
      const loss = optimizer.minimize(() => lossOf(texts), true, gpt.weights) as tf.Scalar;
      losses.push(await numberOf(loss));
      lesson.progress({ what: policy, step, steps, loss: losses.at(-1) ?? Number.NaN });
      tf.dispose([texts.ids, texts.next]);
    }
    // #endregion
    const { peakBytes } = device.memory();
    const { skipped } = await optimizer.lastStep();
    const fixed = createRandom(0, 'held-out'); // the same for every seed
    let heldOut = 0;
    for (let i = 0; i < judged; i += 1) {
      const texts = textsFrom(unseenText, size, fixed);
      heldOut += (await numberOf(tf.tidy(() => lossOf(texts)))) / judged;
      tf.dispose([texts.ids, texts.next]);
    }
    const ids = await write(gpt, policy, {
      ...size,
      count: written,
      known: characters.length,
      random: createRandom(lesson.seed, 'writing'),
    });
    return { policy, losses, heldOut, text: decodeText(ids, characters), peakBytes, skipped };
  } finally {
    optimizer.dispose();
    gpt.dispose();
    device.dispose();
  }
}

interface Texts {
  readonly ids: tf.Tensor1D;
  /** The character that follows each. */
  readonly next: tf.Tensor1D;
}

interface Size {
  /** Texts at once. */
  readonly batch: number;
  readonly tokens: number;
}

/** Pieces from anywhere in a text, one after another. The caller disposes them. */
function textsFrom(text: Int32Array, { batch, tokens }: Size, random: Random): Texts {
  const starts = Array.from({ length: batch }, () => random.integer(text.length - tokens));
  const piecesFrom = (shift: 0 | 1): tf.Tensor1D =>
    tf.tensor1d(
      starts.flatMap((start) => Array.from(text.subarray(start + shift, start + shift + tokens))),
      'int32',
    );
  return { ids: piecesFrom(0), next: piecesFrom(1) };
}

/** Reads a scalar and disposes it. */
async function numberOf(scalar: tf.Tensor): Promise<number> {
  const [value = Number.NaN] = await scalar.data();
  scalar.dispose();
  return value;
}

// #region sampling
interface Writing extends Size {
  readonly count: number;
  /** Characters that there are; the rest of the table is filling. */
  readonly known: number;
  readonly random: Random;
}

/** Writes on from an empty line, a character at a time. */
async function write(gpt: Gpt, policy: Policy, { batch, tokens, count, known, random }: Writing): Promise<number[]> {
  const written = [0]; // a line break
  while (written.length <= count) {
    const seen = written.slice(-tokens);
    const input = new Int32Array(batch * tokens); // as large as in training, so that the kernels are there
    input.set(seen);
    const logits = tf.tidy(() => autocast(policy, () => gpt.logits(tf.tensor1d(input, 'int32'))));
    const place = (seen.length - 1) * (logits.shape[1] ?? 0);
    written.push(drawn((await logits.data()).subarray(place, place + known) as Float32Array, random));
    logits.dispose();
  }
  return written.slice(1);
}

/** Draws one by its odds. A temperature below 1 takes fewer risks. */
function drawn(logits: Float32Array, random: Random, temperature = 0.7): number {
  const most = Math.max(...logits);
  const odds = logits.map((logit) => Math.exp((logit - most) / temperature));
  let left = random.next() * odds.reduce((sum, odd) => sum + odd, 0);
  return Math.max(
    0,
    odds.findIndex((odd) => (left -= odd) < 0),
  );
}
// #endregion

// #region mask
/** Attention of a row in which every place is hidden, as in the rows that fill up a short text. */
async function hiddenRow(policy: string, hidden: number, maskStorage: Storage): Promise<HiddenRow> {
  const { storage, sums } = tf.tidy(() => {
    const queries = tf.ones([32, 32]);
    const mask = toStorage(tf.fill([32, 32], hidden), maskStorage);
    return autocast(policy, () => {
      const scores = tf.matMul(queries, queries, false, true); // in half under every policy but float32
      const masked = tf.add(scores, mask);
      return { storage: storageOf(masked), sums: tf.sum(tf.softmax(masked), -1) };
    });
  });
  const [sum = Number.NaN] = await sums.data();
  sums.dispose();
  return { storage, sum };
}
// #endregion

/** Under each policy: a mask as everybody writes it, and one that fits into half. */
async function hiddenRows(lesson: Lesson): Promise<readonly { readonly usual: HiddenRow; readonly small: HiddenRow }[]> {
  const device = await lesson.usePlugin();
  try {
    const rows = [];
    for (const policy of [...POLICIES, ALL_HALF])
      rows.push({ usual: await hiddenRow(policy, -1e9, 'float32'), small: await hiddenRow(policy, -1e4, policyOf(policy).compute) });
    return rows;
  } finally {
    device.dispose();
  }
}

async function run(lesson: Lesson): Promise<Finding> {
  const trained: TrainedGpt[] = [];
  for (const policy of POLICIES) trained.push(await train(policy, lesson));
  const rows = await hiddenRows(lesson);
  return languageFinding(trained, { rows, characters: (await lesson.text()).characters.length, length: lesson.length });
}

export const program: Program = {
  name: 'language',
  title: 'A small language model: float16 and bfloat16 beside float32',
  plugins: ['webgpu', 'emulate', 'node'],
  run,
};
