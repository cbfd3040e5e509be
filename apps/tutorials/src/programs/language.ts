import { autocast, storageOf, toStorage, type Storage } from '@halftone/autocast';
import { createRandom, decodeText, encodeText, type Random } from '@halftone/data';
import { adamW, mixedPrecisionOptimizer } from '@halftone/optimizer';
import { layerNorm, softmaxCrossEntropy } from '@halftone/webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers'; // brings tfjs-core its gradients
import type { Finding, Length, Lesson, Program } from '../lesson.ts';

const AMOUNT = {
  full: { width: 128, heads: 4, blocks: 2, tokens: 64, batch: 8, steps: 400, judged: 24, written: 80 },
  short: { width: 32, heads: 2, blocks: 2, tokens: 32, batch: 4, steps: 150, judged: 16, written: 40 },
  glance: { width: 32, heads: 2, blocks: 2, tokens: 32, batch: 4, steps: 60, judged: 8, written: 24 },
} as const satisfies Record<Length, unknown>;

const POLICIES = ['float32', 'mixed_float16', 'mixed_bfloat16'] as const;
const ALL_HALF = 'float16'; // a policy without any float32, to see what mixed precision is for
const BOUND = 0.02; // how far losses may be apart
const LEARNED = { full: 0.6, short: 0.7, glance: 0.75 } as const satisfies Record<Length, number>; // part of the loss of guessing
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

interface Trained {
  readonly policy: Policy;
  readonly losses: readonly number[];
  /** On text that was never trained on. */
  readonly heldOut: number;
  readonly text: string;
  readonly peakBytes: number;
  readonly skipped: number;
}

async function train(policy: Policy, lesson: Lesson): Promise<Trained> {
  const { steps, batch, judged, written, ...sizes } = AMOUNT[lesson.length];
  const { train: known, heldOut: unseen, characters } = await lesson.text();
  const [text, unseenText] = [encodeText(known, characters), encodeText(unseen, characters)];
  const shape = { ...sizes, characters: 8 * Math.ceil(characters.length / 8) }; // GPUs like whole vectors
  const of = { batch, tokens: shape.tokens };
  const device = await lesson.usePlugin(); // one for each training, so that their bytes do not mix
  try {
    const random = createRandom(lesson.seed, 'training');
    const losses: number[] = [];
    // #region training
    const gpt = createGpt(shape, lesson.seed);
    const optimizer = mixedPrecisionOptimizer(adamW(0.003, { weightDecay: 0.01 }), { policy });
    const lossOf = ({ ids, next }: Texts): tf.Scalar => autocast(policy, () => tf.mean(softmaxCrossEntropy(next, gpt.logits(ids))));
    for (let step = 1; step <= steps && !lesson.signal.aborted; step += 1) {
      const texts = textsFrom(text, of, random);
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
      const texts = textsFrom(unseenText, of, fixed);
      heldOut += (await numberOf(tf.tidy(() => lossOf(texts)))) / judged;
      tf.dispose([texts.ids, texts.next]);
    }
    const ids = await write(gpt, policy, { ...of, count: written, known: characters.length, random: createRandom(lesson.seed, 'writing') });
    gpt.dispose();
    optimizer.dispose();
    lesson.signal.throwIfAborted();
    return { policy, losses, heldOut, text: decodeText(ids, characters), peakBytes, skipped };
  } finally {
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

/** Writes on from an empty line, each character drawn by its odds. A temperature below 1 takes fewer risks. */
async function write(gpt: Gpt, policy: Policy, { batch, tokens, count, known, random }: Writing, temperature = 0.7): Promise<number[]> {
  const written = [0]; // a line break
  while (written.length <= count) {
    const seen = written.slice(-tokens);
    const ids = tf.tensor1d(
      Int32Array.from({ length: batch * tokens }, (_, i) => seen[i] ?? 0),
      'int32',
    ); // as large as in training: the kernels are there
    const logits = tf.tidy(() => autocast(policy, () => gpt.logits(ids)));
    const first = (seen.length - 1) * (logits.shape[1] ?? 0);
    const scores = (await logits.data()).slice(first, first + known);
    tf.dispose([ids, logits]);
    const odds = Array.from(scores, (score) => Math.exp((score - Math.max(...scores)) / temperature));
    let drawn = random.next() * odds.reduce((sum, odd) => sum + odd, 0);
    written.push(
      Math.max(
        0,
        odds.findIndex((odd) => (drawn -= odd) < 0),
      ),
    );
  }
  return written.slice(1);
}
// #endregion

interface HiddenRow {
  /** How the scores are stored once the mask is on them. */
  readonly storage: Storage;
  /** What the row's attention adds up to; it should be 1. */
  readonly sum: number;
}

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
    const halves: readonly Storage[] = ['float32', 'float16', 'bfloat16', 'float16'];
    const rows = [];
    for (const [i, policy] of [...POLICIES, ALL_HALF].entries())
      rows.push({ usual: await hiddenRow(policy, -1e9, 'float32'), small: await hiddenRow(policy, -1e4, halves[i] ?? 'float32') });
    return rows;
  } finally {
    device.dispose();
  }
}

async function run(lesson: Lesson): Promise<Finding> {
  const trained: Trained[] = [];
  for (const policy of POLICIES) trained.push(await train(policy, lesson));
  const rows = await hiddenRows(lesson);
  return findingOf(trained, rows, { guess: Math.log((await lesson.text()).characters.length), learned: LEARNED[lesson.length] });
}

type Rows = Awaited<ReturnType<typeof hiddenRows>>;

function findingOf(
  trained: readonly Trained[],
  rows: Rows,
  { guess, learned }: { readonly guess: number; readonly learned: number },
): Finding {
  const base = trained[0]?.heldOut ?? Number.NaN;
  const gaps = trained.map(({ heldOut }) => heldOut / base - 1);
  const isWhole = ({ sum }: HiddenRow): boolean => Math.abs(sum - 1) < 0.01;
  const [mixed, everything] = [rows.slice(0, -1), rows.slice(-1)];
  const percent = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)} %`;
  const end = ({ losses }: Trained): number => losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / Math.min(20, losses.length);
  return {
    columns: ['', ...POLICIES, 'everything in float16'],
    rows: [
      ['loss on text never seen', ...trained.map(({ heldOut }) => heldOut.toFixed(4)), '-'],
      ['difference from float32', '-', ...gaps.slice(1).map(percent), '-'],
      ['steps skipped', ...trained.map(({ skipped }) => skipped), '-'],
      ['most bytes on the device', ...trained.map(({ peakBytes }) => `${(peakBytes / 2 ** 20).toFixed(1)} MiB`), '-'],
      ['it writes', ...trained.map(({ text }) => text.replaceAll('\n', ' / ')), '-'],
      ['scores under a mask of −1,000,000,000 lie in', ...rows.map(({ usual }) => usual.storage)],
      ['a row with all hidden adds up to', ...rows.map(({ usual }) => usual.sum.toFixed(3))],
      ['scores under a half mask of −10,000 lie in', ...rows.map(({ small }) => small.storage)],
      ['that row adds up to', ...rows.map(({ small }) => small.sum.toFixed(3))],
    ],
    claims: [
      {
        what: 'mixed float16 and bfloat16 read text never seen as well as float32: losses within 2 %',
        holds: gaps.every((gap) => Math.abs(gap) <= BOUND),
        found: gaps.slice(1).map(percent).join(' and '),
      },
      {
        what: `each has learned: its loss is below ${learned} of that of guessing, ${guess.toFixed(3)}`,
        holds: trained.every(({ heldOut }) => heldOut < learned * guess),
        found: trained.map(({ heldOut }) => heldOut.toFixed(3)).join(', '),
      },
      {
        what: 'in mixed precision a mask of −1,000,000,000 keeps the scores in float32, and a row with all hidden is still whole',
        holds: mixed.every(({ usual }) => usual.storage === 'float32' && isWhole(usual)),
        found: mixed.map(({ usual }) => `${usual.sum} in ${usual.storage}`).join(', '),
      },
      {
        what: 'with everything in float16 the same row is ruined',
        holds: everything.every(({ usual }) => usual.storage === 'float16' && !isWhole(usual)),
        found: everything.map(({ usual }) => `it adds up to ${usual.sum}`).join(),
      },
      {
        what: 'a mask of −10,000 fits: the scores stay in half and the row is whole under every policy',
        holds: rows.every(({ small }) => isWhole(small)) && rows.slice(1).every(({ small }) => small.storage !== 'float32'),
        found: rows.map(({ small }) => `${small.sum} in ${small.storage}`).join(', '),
      },
    ],
    numbers: {
      ...Object.fromEntries(
        trained.flatMap(({ policy, heldOut, skipped }) => [
          [`${policy}.loss`, heldOut],
          [`${policy}.skipped`, skipped],
        ]),
      ),
      guess,
    },
    pictures: [
      {
        kind: 'curves',
        title: 'Loss of each batch',
        x: 'step',
        y: 'loss',
        series: trained.map(({ policy, losses }) => ({ name: policy, points: losses.map((loss, step) => [step + 1, loss] as const) })),
        summary: `Three curves that lie on each other: ${trained.map((one) => `${one.policy} falls from ${one.losses[0]?.toFixed(2)} to ${end(one).toFixed(2)}`).join(', ')}.`,
      },
    ],
  };
}

export const program: Program = {
  name: 'language',
  title: 'A small language model: float16 and bfloat16 beside float32',
  plugins: ['webgpu', 'emulate', 'node'],
  run,
};
