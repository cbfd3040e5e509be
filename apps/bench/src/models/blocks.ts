import * as tf from '@tensorflow/tfjs-core';

/** What a pre-norm transformer block needs of its weights; all are [inputs, outputs]. */
export interface BlockWeights {
  readonly g1: tf.Tensor;
  readonly c1: tf.Tensor;
  readonly qkv: tf.Tensor;
  readonly qkvb: tf.Tensor;
  readonly out: tf.Tensor;
  readonly outb: tf.Tensor;
  readonly g2: tf.Tensor;
  readonly c2: tf.Tensor;
  readonly up: tf.Tensor;
  readonly upb: tf.Tensor;
  readonly down: tf.Tensor;
  readonly downb: tf.Tensor;
}

/** Shape of what a block works on. */
export interface BlockShape {
  readonly batch: number;
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
  readonly normEpsilon: number;
  /** Layer norm; as anybody writes it unless set. */
  readonly norm?: LayerNorm;
}

/** Layer norm over the last axis. */
export type LayerNorm = (x: tf.Tensor, gain: tf.Tensor, shift: tf.Tensor, epsilon: number) => tf.Tensor;

/** Layer norm over the last axis, as anybody writes it in tfjs. */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, shift: tf.Tensor, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), gain), shift);
}

/** Gelu by its tanh formula (Hendrycks and Gimpel 2016). */
export function gelu(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** A dense layer on [rows, inputs]. */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(x, weight), bias);
}

/** 0 on and below the diagonal, -10,000 above it. */
export function causalMask(tokens: number): tf.Tensor {
  const data = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e4 : 0));
  return tf.tensor(data, [tokens, tokens], 'float32');
}

/**
 * One pre-norm transformer block on [batch * tokens, width].
 *
 * @param mask - added to the attention scores
 */
export function block(x: tf.Tensor, w: BlockWeights, mask: tf.Tensor, shape: BlockShape): tf.Tensor {
  const { norm = layerNorm, normEpsilon } = shape;
  const attended = tf.add(x, attention(norm(x, w.g1, w.c1, normEpsilon), w, mask, shape));
  const wide = gelu(linear(norm(attended, w.g2, w.c2, normEpsilon), w.up, w.upb));
  return tf.add(attended, linear(wide, w.down, w.downb));
}

function attention(x: tf.Tensor, w: BlockWeights, mask: tf.Tensor, { batch, tokens, width, heads }: BlockShape): tf.Tensor {
  const perHead = width / heads;
  const [q, k, v] = tf
    .split(linear(x, w.qkv, w.qkvb), 3, 1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, tokens, heads, perHead]), [0, 2, 1, 3]));
  if (q === undefined || k === undefined || v === undefined)
    throw new Error('[bench] split must give three parts, got fewer. Look at its sizes.');
  const weights = tf.softmax(tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(perHead)), mask));
  const mixed = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [batch * tokens, width]);
  return linear(mixed, w.out, w.outb);
}

/** The weights of block `index` out of all, whose names end with `_index`. */
export function blockWeights(all: Readonly<Record<string, tf.Tensor>>, index: number): BlockWeights {
  const suffix = `_${index}`;
  const own = Object.entries(all).filter(([name]) => name.endsWith(suffix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(0, -suffix.length), value])) as unknown as BlockWeights;
}
