import type * as TensorFlow from '@tensorflow/tfjs-core';

/** Examples in a batch, and batches that the steps go round. */
const BATCH = 32;
const BATCHES = 4;
const CLASSES = 10;
const SIDE = 12;
const MOMENTUM = 0.9;

/** A model with its data, the same numbers wherever it is made. */
export interface AgreementModel {
  readonly variables: TensorFlow.Variable[];
  /** The mean cross-entropy of the batch of a step. */
  readonly loss: (step: number) => () => TensorFlow.Scalar;
  readonly optimizer: () => TensorFlow.Optimizer;
  dispose(): void;
}

/** Evenly spread numbers in [-1, 1) from a seed, by integers alone (mulberry32): the same on every machine. */
export function seeded(seed: number): (length: number) => Float32Array {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
  return (length) => Float32Array.from({ length }, next);
}

/** What the models share: weights, statistics and batches that live until `dispose`. */
class Parts {
  readonly variables: TensorFlow.Variable[] = [];
  readonly #held: TensorFlow.Tensor[] = [];
  readonly #random = seeded(2026);
  readonly #tf: typeof TensorFlow;

  constructor(tf: typeof TensorFlow) {
    this.#tf = tf;
  }

  /** A trainable weight, uniform as Glorot and Bengio (2010) have it. */
  weight(shape: number[], fanIn: number, fanOut: number): TensorFlow.Tensor {
    const limit = Math.sqrt(6 / (fanIn + fanOut));
    const values = this.#random(shape.reduce((product, length) => product * length, 1)).map((value) => value * limit);
    return this.#variable(this.#tf.tensor(values, shape), true);
  }

  constant(value: number, size: number, trainable = true): TensorFlow.Variable {
    return this.#variable(this.#tf.fill([size], value), trainable);
  }

  /** Pictures of ten patterns with noise on them, and their classes as one-hot rows. */
  batches(features: number): { readonly x: TensorFlow.Tensor; readonly y: TensorFlow.Tensor }[] {
    const patterns = this.#random(CLASSES * features);
    return Array.from({ length: BATCHES }, (_, batch) => {
      const classOf = (example: number): number => (example * 7 + batch * 3) % CLASSES;
      const noise = this.#random(BATCH * features);
      const x = noise.map((value, at) => value + (patterns[classOf(Math.floor(at / features)) * features + (at % features)] ?? 0));
      const y = Float32Array.from({ length: BATCH * CLASSES }, (_v, at) => Number(classOf(Math.floor(at / CLASSES)) === at % CLASSES));
      const made = { x: this.#tf.tensor2d(x, [BATCH, features]), y: this.#tf.tensor2d(y, [BATCH, CLASSES]) };
      this.#held.push(made.x, made.y);
      return made;
    });
  }

  dispose(): void {
    this.#tf.dispose([this.variables, this.#held]);
  }

  #variable(value: TensorFlow.Tensor, trainable: boolean): TensorFlow.Variable {
    const made = this.#tf.variable(value, trainable);
    value.dispose();
    if (trainable) this.variables.push(made);
    else this.#held.push(made);
    return made;
  }
}

type Model = (tf: typeof TensorFlow) => AgreementModel;

/** Three dense layers, trained by Adam. */
const mlp: Model = (tf) => {
  const parts = new Parts(tf);
  const sizes = [SIDE * SIDE, 64, 64, CLASSES] as const;
  const layers = [0, 1, 2].map((at) => {
    const [fanIn, fanOut] = [sizes[at] as number, sizes[at + 1] as number];
    return { kernel: parts.weight([fanIn, fanOut], fanIn, fanOut), bias: parts.constant(0, fanOut) };
  });
  const batches = parts.batches(SIDE * SIDE);
  return {
    variables: parts.variables,
    loss: (step) => () => {
      const { x, y } = batches[step % BATCHES]!;
      const logits = layers.reduce<TensorFlow.Tensor>(
        (value, { kernel, bias }, at) => tf.add(tf.matMul(at === 0 ? value : tf.relu(value), kernel), bias),
        x,
      );
      return tf.losses.softmaxCrossEntropy(y, logits) as TensorFlow.Scalar;
    },
    optimizer: () => tf.train.adam(0.001),
    dispose: () => parts.dispose(),
  };
};

/** Convolution, batch norm, pooling, convolution, dense, trained by SGD with momentum. */
const cnn: Model = (tf) => {
  const parts = new Parts(tf);
  const [filters, more] = [8, 16];
  const first = parts.weight([3, 3, 1, filters], 9, 9 * filters) as TensorFlow.Tensor4D;
  const [gamma, beta] = [parts.constant(1, filters), parts.constant(0, filters)] as unknown as [TensorFlow.Tensor1D, TensorFlow.Tensor1D];
  const moving = [parts.constant(0, filters, false), parts.constant(1, filters, false)] as const;
  const second = parts.weight([3, 3, filters, more], 9 * filters, 9 * more) as TensorFlow.Tensor4D;
  const features = (SIDE / 2) ** 2 * more;
  const [kernel, bias] = [parts.weight([features, CLASSES], features, CLASSES), parts.constant(0, CLASSES)];
  const batches = parts.batches(SIDE * SIDE);
  return {
    variables: parts.variables,
    loss: (step) => () => {
      const { x, y } = batches[step % BATCHES]!;
      const convolved = tf.conv2d(tf.reshape(x, [BATCH, SIDE, SIDE, 1]) as TensorFlow.Tensor4D, first, 1, 'same');
      const { mean, variance } = tf.moments(convolved, [0, 1, 2]) as { mean: TensorFlow.Tensor1D; variance: TensorFlow.Tensor1D };
      for (const [at, now] of [mean, variance].entries()) {
        const statistic = moving[at as 0 | 1];
        statistic.assign(tf.add(tf.mul(statistic, MOMENTUM), tf.mul(now, 1 - MOMENTUM)));
      }
      const normal = tf.batchNorm(convolved, mean, variance, beta, gamma, 1e-3);
      const pooled = tf.maxPool(tf.relu(normal) as TensorFlow.Tensor4D, 2, 2, 'valid');
      const deep = tf.reshape(tf.relu(tf.conv2d(pooled, second, 1, 'same')), [BATCH, features]);
      return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(deep, kernel), bias)) as TensorFlow.Scalar;
    },
    optimizer: () => tf.train.momentum(0.004, 0.9),
    dispose: () => parts.dispose(),
  };
};

/** The models on which the plug-ins have to agree. */
export const agreementModels: Readonly<Record<'mlp' | 'cnn', Model>> = { mlp, cnn };
