import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';

/** A model that crosses, or that is refused. */
export interface ParityModel {
  readonly name: string;
  build(): LayersModel;
  /** Shape of one example of each input. */
  readonly inputs: readonly (readonly number[])[];
  /** Whole numbers below this instead of numbers around 0: words. */
  readonly words?: number;
}

/** Classes that every model tells apart; a second output, where there is one, is a number. */
export const CLASSES = 4;

const L = tfl.layers;
const uniform = (seed: number): ReturnType<typeof tfl.initializers.glorotUniform> => tfl.initializers.glorotUniform({ seed });
const seeded = (seed: number): object => ({ kernelInitializer: uniform(seed) });
const looped = (seed: number): object => ({ ...seeded(seed), recurrentInitializer: uniform(seed + 1) }); // the default needs chained ops
const head = (): tfl.layers.Layer => L.dense({ units: CLASSES, activation: 'softmax', ...seeded(99) });
const stack = (...layers: readonly tfl.layers.Layer[]): LayersModel => tfl.sequential({ layers: [...layers, head()] as never });
const image = [8, 8, 3] as const;
const series = [6, 5] as const;

/** Models that hold every class of layers that is common, and the ways to put models together. */
export const CROSSING: readonly ParityModel[] = [
  {
    name: 'convolutions, batch norm and poolings',
    inputs: [image],
    build: () =>
      stack(
        L.conv2d({ inputShape: [...image], filters: 6, kernelSize: 3, strides: 2, padding: 'same', dilationRate: 1, ...seeded(1) }),
        L.batchNormalization({ momentum: 0.9 }),
        L.reLU(),
        L.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2, depthwiseInitializer: uniform(2) }),
        L.separableConv2d({
          filters: 8,
          kernelSize: 3,
          padding: 'same',
          depthwiseInitializer: uniform(3),
          pointwiseInitializer: uniform(4),
        }),
        L.conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', ...seeded(5) }),
        L.maxPooling2d({ poolSize: 2 }),
        L.averagePooling2d({ poolSize: 2, strides: 1 }),
        L.globalAveragePooling2d({}),
      ),
  },
  {
    name: 'activations that are layers, and what moves pixels',
    inputs: [image],
    build: () =>
      stack(
        L.zeroPadding2d({ inputShape: [...image], padding: 1 }),
        L.conv2d({ filters: 6, kernelSize: 3, activation: 'elu', ...seeded(1) }),
        L.prelu({ sharedAxes: [1, 2], alphaInitializer: tfl.initializers.constant({ value: 0.2 }) }),
        L.upSampling2d({ size: [2, 2] }),
        L.leakyReLU({ alpha: 0.1 }),
        L.permute({ dims: [2, 1, 3] }),
        L.reshape({ targetShape: [64, 24] }),
        L.layerNormalization({}),
        L.softmax({ axis: -1 }),
        L.flatten(),
      ),
  },
  {
    name: 'a series: conv1d, simple recurrent, LSTM, GRU',
    inputs: [series],
    build: () =>
      stack(
        L.conv1d({ inputShape: [...series], filters: 6, kernelSize: 2, padding: 'same', activation: 'tanh', ...seeded(1) }),
        L.simpleRNN({ units: 6, returnSequences: true, ...looped(2) }),
        L.lstm({ units: 6, returnSequences: true, ...looped(4) }),
        L.gru({ units: 6, ...looped(6) }),
      ),
  },
  {
    name: 'layers around layers: bidirectional, time distributed',
    inputs: [series],
    build: () =>
      stack(
        L.timeDistributed({ inputShape: [...series], layer: L.dense({ units: 6, activation: 'selu', ...seeded(1) }) }),
        L.bidirectional({ layer: L.lstm({ units: 5, returnSequences: true, ...looped(2) }) as never, mergeMode: 'concat' }),
        L.bidirectional({ layer: L.gru({ units: 5, ...looped(4) }) as never, mergeMode: 'sum' }),
      ),
  },
  {
    name: 'words: embedding with a mask, LSTM',
    inputs: [[6]],
    words: 32,
    build: () =>
      stack(
        L.embedding({
          inputDim: 32,
          outputDim: 8,
          inputLength: 6,
          maskZero: true,
          embeddingsInitializer: tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 1 }),
        }),
        L.lstm({ units: 8, ...looped(2) }),
      ),
  },
  {
    name: 'volumes: conv3d',
    inputs: [[4, 4, 4, 2]],
    build: () => stack(L.conv3d({ inputShape: [4, 4, 4, 2], filters: 4, kernelSize: 2, activation: 'relu', ...seeded(1) }), L.flatten()),
  },
  {
    name: 'two inputs, two outputs, a skip and merges',
    inputs: [[10], [12]],
    build: () => {
      const [a, b] = [tfl.input({ shape: [10], name: 'first' }), tfl.input({ shape: [12], name: 'second' })];
      const dense = (units: number, seed: number): tfl.layers.Layer => L.dense({ units, activation: 'relu', ...seeded(seed) });
      const left = dense(8, 1).apply(a) as SymbolicTensor;
      const right = dense(8, 2).apply(b) as SymbolicTensor;
      const merged = [L.add(), L.multiply(), L.maximum(), L.average(), L.dot({ axes: 1 })].map((layer) => layer.apply([left, right]));
      const all = L.concatenate().apply(merged as SymbolicTensor[]) as SymbolicTensor;
      const value = L.dense({ units: 1, ...seeded(3) }).apply(right) as SymbolicTensor;
      return tfl.model({ inputs: [a, b], outputs: [head().apply(all) as SymbolicTensor, value] });
    },
  },
  {
    name: 'models in models, and layers that are shared',
    inputs: [[10], [10]],
    build: () => {
      const tower = tfl.sequential({
        layers: [
          L.dense({ inputShape: [10], units: 12, activation: 'tanh', ...seeded(1) }),
          L.batchNormalization({ momentum: 0.8 }),
        ] as never,
      });
      const shared = L.dense({ units: 6, activation: 'sigmoid', ...seeded(2) });
      const inputs = [tfl.input({ shape: [10] }), tfl.input({ shape: [10] })];
      const ends = inputs.map((input) => shared.apply(tower.apply(input) as SymbolicTensor) as SymbolicTensor);
      return tfl.model({ inputs, outputs: head().apply(L.concatenate().apply(ends) as SymbolicTensor) as SymbolicTensor });
    },
  },
];

/** A layer that is nobody's but the user's. */
class Doubled extends L.Layer {
  static readonly className = 'Doubled';

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tf.mul(Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs, 2);
  }
}
tf.serialization.registerClass(Doubled as never);

/** Models that do not cross, with a word that the error has to hold. */
export const REFUSED: readonly (ParityModel & { readonly word: string })[] = [
  {
    name: 'a custom layer',
    word: 'Doubled',
    inputs: [[6]],
    build: () => stack(L.dense({ inputShape: [6], units: 6, ...seeded(1) }), new Doubled({})),
  },
  {
    name: 'masks in front of a bidirectional layer, which Keras means otherwise',
    word: 'Bidirectional',
    inputs: [[6]],
    words: 32,
    build: () =>
      stack(
        L.embedding({ inputDim: 32, outputDim: 8, inputLength: 6, maskZero: true }),
        L.bidirectional({ layer: L.gru({ units: 4, ...looped(1) }) as never, mergeMode: 'concat' }),
      ),
  },
];

/** Inputs and targets for a model; the caller disposes them. */
export function drawFor(
  { inputs, words }: ParityModel,
  model: LayersModel,
  samples: number,
): { readonly x: Tensor[]; readonly y: Tensor[] } {
  return tf.tidy(() => {
    const x = inputs.map((shape, index) =>
      words === undefined
        ? tf.randomNormal([samples, ...shape], 0, 1, 'float32', 7 + index)
        : tf.floor(tf.randomUniform([samples, ...shape], 0, words, 'float32', 7 + index)),
    );
    const ids = tf.tensor1d(
      Array.from({ length: samples }, (_, i) => (i * 7) % CLASSES),
      'int32',
    );
    const y = model.outputs.map((_, index) =>
      index === 0 ? tf.cast(tf.oneHot(ids, CLASSES), 'float32') : tf.randomNormal([samples, 1], 0, 1, 'float32', 17),
    );
    return { x, y };
  });
}
