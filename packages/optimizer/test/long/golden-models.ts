import * as tf from '@tensorflow/tfjs';
import { layerNorm, softmaxCrossEntropy } from '@halftone/webgpu';
import { goldenBytes, goldenJson } from '@halftone/testing';

/** One training of the reference. */
export interface GoldenRun {
  readonly mode: string;
  readonly optimizer: 'SGD' | 'Adam';
  readonly args: { readonly lr: number; readonly momentum?: number; readonly eps?: number };
  readonly scaler?: { readonly init_scale: number; readonly growth_interval: number };
  readonly loss: readonly number[];
  /** Before each step. */
  readonly scale: readonly number[];
  readonly skipped: readonly number[];
  readonly tolerance: readonly number[];
  readonly note?: string;
}

interface Blob {
  readonly file: string;
  readonly arrays: readonly {
    readonly name: string;
    readonly dtype: 'float32' | 'int32';
    readonly shape: number[];
    readonly byteOffset: number;
  }[];
}

/** A golden training: sizes, runs and arrays. */
export interface GoldenCase {
  readonly name: string;
  readonly model: 'cnn' | 'transformer';
  readonly steps: number;
  readonly batches: number;
  readonly batch: number;
  readonly width: number;
  readonly heads: number;
  readonly length: number;
  readonly blocks: number;
  readonly activation: 'relu' | 'gelu';
  readonly causal: boolean;
  readonly classes: number;
  readonly filters: readonly number[];
  readonly runs: readonly GoldenRun[];
  readonly weights: Blob;
  readonly data: Blob;
}

/** Reads the index of a golden training. */
export function goldenCase(name: string): GoldenCase {
  return goldenJson<GoldenCase>(`training/${name}.json`);
}

/** Reads the arrays of a blob whose names start with `prefix`, by the rest of their names. */
export function arraysOf(
  { file, arrays }: Blob,
  prefix: string,
): Record<string, { readonly shape: number[]; readonly data: Float32Array | Int32Array }> {
  const { buffer } = goldenBytes(`training/${file}`);
  const chosen = arrays.filter(({ name }) => name.startsWith(prefix));
  return Object.fromEntries(
    chosen.map(({ name, dtype, shape, byteOffset }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const data = dtype === 'int32' ? new Int32Array(buffer, byteOffset, size) : new Float32Array(buffer, byteOffset, size);
      return [name.slice(prefix.length), { shape, data }];
    }),
  );
}

/** Weights by name, and moving statistics, which the forward pass assigns. */
export type Weights = Readonly<Record<string, tf.Variable>>;

/** The mean loss of a batch, with the operations that a user of the plug-in takes. */
export function goldenLoss(c: GoldenCase, w: Weights, moving: Weights, x: tf.Tensor, y: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const logits = c.model === 'cnn' ? cnn(c, w, moving, x as tf.Tensor4D) : transformer(c, w, x as tf.Tensor2D);
    return tf.mean(softmaxCrossEntropy(y, logits)) as tf.Scalar;
  });
}

/** Moving statistics of a case as they start. */
export function movingStart(c: GoldenCase): Record<string, tf.Tensor> {
  if (c.model !== 'cnn') return {};
  return Object.fromEntries(
    c.filters.flatMap((filters, i) => [
      [`bn${i}/moving_mean`, tf.zeros([filters])],
      [`bn${i}/moving_variance`, tf.ones([filters])],
    ]),
  );
}

const dense = (x: tf.Tensor, w: Weights, name: string): tf.Tensor => tf.add(tf.matMul(x, w[`${name}/kernel`]!), w[`${name}/bias`]!);

function cnn(c: GoldenCase, w: Weights, moving: Weights, pictures: tf.Tensor4D): tf.Tensor {
  let x = pictures;
  c.filters.forEach((_, i) => {
    x = tf.add(tf.conv2d(x, w[`conv${i}/kernel`] as unknown as tf.Tensor4D, 1, 'same'), w[`conv${i}/bias`]!);
    const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const follow = (name: string, now: tf.Tensor): void =>
      moving[name]!.assign(tf.add(tf.mul(moving[name]!, 0.99), tf.mul(now, 0.01)) as tf.Tensor);
    follow(`bn${i}/moving_mean`, mean);
    follow(`bn${i}/moving_variance`, variance);
    const [beta, gamma] = [w[`bn${i}/beta`], w[`bn${i}/gamma`]] as unknown as [tf.Tensor1D, tf.Tensor1D];
    x = tf.maxPool(tf.relu(tf.batchNorm(x, mean, variance, beta, gamma, 1e-3)), 2, 2, 'valid');
  });
  return dense(tf.reshape(x, [c.batch, -1]), w, 'dense');
}

function transformer(c: GoldenCase, w: Weights, tokens: tf.Tensor2D): tf.Tensor {
  const { batch, length, width, heads } = c;
  const rows = batch * length;
  const norm = (x: tf.Tensor, name: string): tf.Tensor =>
    layerNorm(x, w[`${name}/gamma`] as unknown as tf.Tensor1D, w[`${name}/beta`] as unknown as tf.Tensor1D, 1e-3);
  const split = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const above = Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0));
  const activate = c.activation === 'relu' ? tf.relu : gelu;
  const looked = tf.reshape(tf.gather(w['embedding']!, tf.reshape(tokens, [rows]) as tf.Tensor1D), [batch, length, width]);
  let x: tf.Tensor = tf.reshape(tf.add(looked, w['position']!), [rows, width]);
  for (let block = 0; block < c.blocks; block += 1) {
    const y = norm(x, `${block}/norm1`);
    const [q, k, v] = ['query', 'key', 'value'].map((name) => split(dense(y, w, `${block}/${name}`))) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads));
    const seen = c.causal ? tf.add(scores, tf.tensor2d(above, [length, length])) : scores;
    const attended = tf.reshape(tf.transpose(tf.matMul(tf.softmax(seen), v), [0, 2, 1, 3]), [rows, width]);
    x = tf.add(x, dense(attended, w, `${block}/out`));
    x = tf.add(x, dense(activate(dense(norm(x, `${block}/norm2`), w, `${block}/up`)), w, `${block}/down`));
  }
  return dense(tf.mean(tf.reshape(norm(x, 'norm'), [batch, length, width]), 1), w, 'head');
}

/** Gelu by the error function, as torch's default. */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
