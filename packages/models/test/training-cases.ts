import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** A tiny model and data that it learns in a few steps. */
export interface TrainingCase {
  readonly name: string;
  /** The class of which a layer has to be in the model, or its shape in words. */
  readonly holds: string;
  build(): tfl.LayersModel;
  /** Features and one-hot classes; every tensor belongs to the caller. */
  data(): { readonly x: Tensor | Tensor[]; readonly y: Tensor | Tensor[] };
}

const CLASSES = 4;
const SAMPLES = 24;
const L: typeof tfl.layers = tfl.layers;
const glorot = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> } => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
});
// tfjs's orthogonal default needs the chained ops of the union package
const recurrent = (seed: number): object => ({ ...glorot(seed), recurrentInitializer: tfl.initializers.glorotUniform({ seed: seed + 1 }) });

/** One noisy pattern a class. */
function patterns(shape: readonly number[], seed = 3): { x: Tensor; y: Tensor } {
  return tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: SAMPLES }, (_, i) => (i * 7) % CLASSES),
      'int32',
    );
    const clean = tf.gather(tf.randomNormal([CLASSES, ...shape], 0, 1, 'float32', seed), ids);
    return {
      x: tf.add(clean, tf.mul(tf.randomNormal([SAMPLES, ...shape], 0, 1, 'float32', seed + 1), 0.2)),
      y: tf.cast(tf.oneHot(ids, CLASSES), 'float32'),
    };
  });
}

/** Words 0 to 31: the first half of a sentence says which class it is. */
function sentences(length: number): { x: Tensor; y: Tensor } {
  const ids = Array.from({ length: SAMPLES }, (_, i) => (i * 7) % CLASSES);
  const words = ids.map((id, i) => Array.from({ length }, (_, t) => (t < length / 2 ? id * 8 + ((i + t) % 8) : (i * 5 + t * 3) % 32)));
  return { x: tf.tensor2d(words), y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(ids, 'int32'), CLASSES), 'float32')) };
}

const head = (seed = 99): tfl.layers.Layer => L.dense({ units: CLASSES, activation: 'softmax', ...glorot(seed) });

/** A model of the given layers, a pooling or flattening, and a softmax head. */
function stack(...layers: readonly tfl.layers.Layer[]): tfl.Sequential {
  return tfl.sequential({ layers: [...layers, L.flatten(), head()] as never });
}

const image: readonly number[] = [5, 5, 2];
const series: readonly number[] = [5, 6];
const onImages = (holds: string, ...layers: readonly (() => tfl.layers.Layer)[]): TrainingCase => ({
  name: `a ${holds}`,
  holds,
  build: () => stack(...layers.map((layer) => layer())),
  data: () => patterns(image),
});
const onSeries = (holds: string, ...layers: readonly (() => tfl.layers.Layer)[]): TrainingCase => ({
  ...onImages(holds, ...layers),
  data: () => patterns(series),
});
const first: { readonly inputShape: number[] } = { inputShape: [...image] };
const firstOfSeries: { readonly inputShape: number[] } = { inputShape: [...series] };
const conv = (seed = 1): tfl.layers.Layer => L.conv2d({ ...first, filters: 8, kernelSize: 3, padding: 'same', ...glorot(seed) });

/** Eighteen kinds of layers, each in a model of its own. */
export const layerCases: readonly TrainingCase[] = [
  {
    name: 'a Dense',
    holds: 'Dense',
    build: () => tfl.sequential({ layers: [L.dense({ inputShape: [16], units: 32, activation: 'relu', ...glorot(1) }), head()] as never }),
    data: () => patterns([16]),
  },
  onSeries('Conv1D', () => L.conv1d({ ...firstOfSeries, filters: 8, kernelSize: 3, activation: 'relu', ...glorot(1) })),
  onImages('Conv2D', () => L.conv2d({ ...first, filters: 8, kernelSize: 3, activation: 'relu', ...glorot(1) })),
  onImages('Conv2DTranspose', () => L.conv2dTranspose({ ...first, filters: 6, kernelSize: 3, strides: 2, ...glorot(1) })),
  onImages('DepthwiseConv2D', () =>
    L.depthwiseConv2d({ ...first, kernelSize: 3, depthMultiplier: 4, depthwiseInitializer: tfl.initializers.glorotUniform({ seed: 1 }) }),
  ),
  onImages('SeparableConv2D', () =>
    L.separableConv2d({
      ...first,
      filters: 8,
      kernelSize: 3,
      depthwiseInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
      pointwiseInitializer: tfl.initializers.glorotUniform({ seed: 2 }),
    }),
  ),
  onImages(
    'BatchNormalization',
    conv,
    () => L.batchNormalization({ momentum: 0.9 }),
    () => L.reLU(),
  ),
  onImages(
    'LayerNormalization',
    conv,
    () => L.layerNormalization(),
    () => L.reLU(),
  ),
  onImages('MaxPooling2D', conv, () => L.maxPooling2d({ poolSize: 2 })),
  onImages('AveragePooling2D', conv, () => L.averagePooling2d({ poolSize: 2, strides: 1 })),
  onImages('PReLU', conv, () => L.prelu({ sharedAxes: [1, 2] })),
  onImages('Dropout', conv, () => L.dropout({ rate: 0.2, seed: 5 })),
  {
    name: 'an Embedding',
    holds: 'Embedding',
    build: () =>
      stack(
        L.embedding({
          inputDim: 32,
          outputDim: 12,
          inputLength: 4,
          embeddingsInitializer: tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 1 }),
        }),
        L.dense({ units: 16, activation: 'tanh', ...glorot(2) }),
      ),
    data: () => sentences(4),
  },
  onSeries('SimpleRNN', () => L.simpleRNN({ ...firstOfSeries, units: 12, returnSequences: true, ...recurrent(1) })),
  onSeries('LSTM', () => L.lstm({ ...firstOfSeries, units: 12, returnSequences: true, ...recurrent(1) })),
  onSeries('GRU', () => L.gru({ ...firstOfSeries, units: 12, returnSequences: true, ...recurrent(1) })),
  onSeries('Bidirectional', () =>
    L.bidirectional({
      ...firstOfSeries,
      layer: L.gru({ units: 12, returnSequences: true, ...recurrent(1) }) as never,
      mergeMode: 'concat',
    }),
  ),
  onSeries('TimeDistributed', () =>
    L.timeDistributed({ ...firstOfSeries, layer: L.dense({ units: 12, activation: 'relu', ...glorot(1) }) }),
  ),
];

/** x * scale + x² * weight, with weights of its own: a layer that is nobody's but the user's. */
export class Quadratic extends L.Layer {
  static readonly className = 'Quadratic';
  #weight: tfl.LayerVariable | undefined;

  override build(inputShape: (number | null)[]): void {
    this.#weight = this.addWeight('weight', [inputShape.at(-1) as number], 'float32', tfl.initializers.constant({ value: 0.1 }));
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs;
    return tf.tidy(() => tf.add(x, tf.mul(tf.square(x), (this.#weight as tfl.LayerVariable).read())));
  }
}
tf.serialization.registerClass(Quadratic as never);

/** Six ways to put a model together. */
export const shapeCases: readonly TrainingCase[] = [
  {
    name: 'a Sequential CNN',
    holds: 'sequential',
    build: () =>
      stack(
        conv(),
        L.batchNormalization({ momentum: 0.9 }),
        L.reLU(),
        L.maxPooling2d({ poolSize: 2 }),
        L.dense({ units: 16, ...glorot(2) }),
      ),
    data: () => patterns(image),
  },
  {
    name: 'a functional model with a skip, two inputs and two outputs',
    holds: 'functional',
    build: () => {
      const [a, b] = [tfl.input({ shape: [...image] }), tfl.input({ shape: [12] })];
      const low = L.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', ...glorot(1) }).apply(a) as tfl.SymbolicTensor;
      const high = L.conv2d({ filters: 8, kernelSize: 3, padding: 'same', ...glorot(2) }).apply(low) as tfl.SymbolicTensor;
      const sum = L.add().apply([low, high]) as tfl.SymbolicTensor;
      const flat = L.flatten().apply(sum) as tfl.SymbolicTensor;
      const side = L.dense({ units: 24, activation: 'relu', ...glorot(3) }).apply(b) as tfl.SymbolicTensor;
      const both = L.concatenate().apply([flat, side]) as tfl.SymbolicTensor;
      const value = L.dense({ units: 1, ...glorot(5) }).apply(side) as tfl.SymbolicTensor;
      return tfl.model({ inputs: [a, b], outputs: [head().apply(both) as tfl.SymbolicTensor, value] });
    },
    data: () => {
      const [one, two] = [patterns(image), patterns([12], 8)];
      const value = tf.tidy(() => tf.mean(two.x, 1, true));
      two.y.dispose();
      return { x: [one.x, two.x], y: [one.y, value] };
    },
  },
  {
    name: 'a model of models',
    holds: 'nested',
    build: () => {
      const features = tfl.sequential({ layers: [conv(), L.reLU()] as never });
      const input = tfl.input({ shape: [...image] });
      const deeper = tfl.model({
        inputs: input,
        outputs: L.conv2d({ filters: 8, kernelSize: 3, ...glorot(2) }).apply(
          features.apply(input) as tfl.SymbolicTensor,
        ) as tfl.SymbolicTensor,
      });
      return tfl.sequential({
        layers: [
          deeper,
          L.flatten(),
          tfl.sequential({ layers: [L.dense({ inputShape: [72], units: 16, ...glorot(3) }), head()] as never }),
        ] as never,
      });
    },
    data: () => patterns(image),
  },
  {
    name: 'a model with a custom layer',
    holds: 'custom',
    build: () => stack(conv(), new Quadratic({}), L.dense({ units: 8, ...glorot(2) })),
    data: () => patterns(image),
  },
  {
    name: 'two towers that share their layers',
    holds: 'shared',
    build: () => {
      const [a, b] = [tfl.input({ shape: [16] }), tfl.input({ shape: [16] })];
      const [dense, deeper] = [
        L.dense({ units: 24, activation: 'relu', ...glorot(1) }),
        L.dense({ units: 16, activation: 'tanh', ...glorot(2) }),
      ];
      const tower = (input: tfl.SymbolicTensor): tfl.SymbolicTensor =>
        deeper.apply(dense.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor;
      return tfl.model({
        inputs: [a, b],
        outputs: head().apply(L.concatenate().apply([tower(a), tower(b)]) as tfl.SymbolicTensor) as tfl.SymbolicTensor,
      });
    },
    data: () => {
      const [one, two] = [patterns([16]), patterns([16], 8)];
      two.y.dispose();
      return { x: [one.x, two.x], y: one.y };
    },
  },
  {
    name: 'a recurrent model over words',
    holds: 'recurrent',
    build: () =>
      tfl.sequential({
        layers: [
          L.embedding({
            inputDim: 32,
            outputDim: 12,
            inputLength: 4,
            maskZero: true,
            embeddingsInitializer: tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 1 }),
          }),
          L.lstm({ units: 16, returnSequences: true, ...recurrent(1) }),
          L.bidirectional({ layer: L.gru({ units: 12, ...recurrent(4) }) as never, mergeMode: 'concat' }),
          head(),
        ] as never,
      }),
    data: () => sentences(4),
  },
];
