import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import type { PlacedWeight } from '../src/keras/weight-paths.ts';

const L = tfl.layers;
type AnyLayer = Parameters<tfl.Sequential['add']>[0];

/** A model that crosses between tfjs and Keras. */
export interface KerasCase {
  readonly name: string;
  readonly build: () => LayersModel;
  /** Largest whole number of an input that holds indices. */
  readonly indices?: number;
  /** tfjs cannot load its own JSON of it. */
  readonly oneWay?: true;
}

const recurrentInitializer = 'glorotUniform'; // tfjs's orthogonal default needs the chained ops of the union package

/** A Sequential whose layers are named after their place. */
function chain(name: string, inputShape: number[], layers: () => readonly AnyLayer[]): KerasCase {
  return {
    name,
    build: () => {
      const list = layers();
      for (const [index, layer] of list.entries()) layer.name = `${name}_${index}`;
      (list[0] as unknown as { batchInputShape: (number | null)[] }).batchInputShape = [null, ...inputShape];
      return tfl.sequential({ name, layers: [...list] });
    },
  };
}

/** Models that hold every class of the table, and every shape of model. */
export const kerasCases: readonly KerasCase[] = [
  chain('dense', [4], () => [
    L.dense({
      units: 3,
      activation: 'softmax',
      kernelRegularizer: 'l1l2',
      biasRegularizer: tfl.regularizers.l2({ l2: 0.125 }),
      kernelConstraint: tfl.constraints.maxNorm({ maxValue: 2 }),
      biasConstraint: 'unitNorm',
      kernelInitializer: tfl.initializers.heNormal({ seed: 3 }),
      biasInitializer: tfl.initializers.constant({ value: 0.5 }),
    }),
  ]),
  chain('constraints', [4], () => [
    L.dense({ units: 4, kernelConstraint: 'nonNeg', kernelInitializer: 'leCunNormal', biasInitializer: 'ones' }),
    L.dense({ units: 4, kernelConstraint: tfl.constraints.minMaxNorm({ minValue: 0.25, maxValue: 2 }), kernelInitializer: 'identity' }),
    L.dense({ units: 4, kernelInitializer: tfl.initializers.randomUniform({ minval: -1, maxval: 1 }), useBias: false }),
    L.dense({ units: 4, kernelInitializer: 'randomNormal', biasInitializer: 'truncatedNormal' }),
  ]),
  ...(['elu', 'gelu', 'hardSigmoid', 'linear', 'logSoftmax', 'mish', 'relu', 'relu6', 'selu', 'sigmoid'] as const).map((activation) =>
    chain(`activation_${activation.toLowerCase()}`, [12], () => [L.activation({ activation: activation as 'relu' })]),
  ),
  ...(['softmax', 'softplus', 'softsign', 'swish', 'tanh'] as const).map((activation) =>
    chain(`activation_${activation}`, [12], () => [L.activation({ activation })]),
  ),
  { ...chain('activation_gelu_new', [12], () => [L.activation({ activation: 'gelu_new' as 'relu' })]), oneWay: true },
  chain('relus', [12], () => [
    L.leakyReLU({ alpha: 0.125 }),
    L.prelu({}),
    L.elu({}),
    L.thresholdedReLU({ theta: 0.25 }),
    L.reLU({ maxValue: 0.75 }),
  ]),
  chain('prelu_shared', [4, 3], () => [L.prelu({ sharedAxes: [1] }), L.softmax({ axis: -1 })]),
  chain('conv1d', [9, 3], () => [
    L.conv1d({ filters: 4, kernelSize: 3, padding: 'same', dilationRate: 2, activation: 'relu' }),
    L.maxPooling1d({ poolSize: 2 }),
    L.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }),
    L.globalAveragePooling1d({}),
  ]),
  chain('pool1d', [9, 3], () => [L.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }), L.globalMaxPooling1d({})]),
  chain('conv2d', [12, 12, 3], () => [
    L.conv2d({ filters: 4, kernelSize: 3, padding: 'same', strides: 2 }),
    L.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
    L.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2 }),
    L.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }),
    L.cropping2D({
      cropping: [
        [1, 0],
        [0, 1],
      ],
    } as never),
    L.upSampling2d({ size: [2, 2] }),
    L.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 1],
      ],
    }),
    L.maxPooling2d({ poolSize: 2 }),
    L.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }),
    L.globalMaxPooling2d({ dataFormat: 'channelsLast' }),
  ]),
  chain('conv2d_same', [7, 7, 2], () => [
    L.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, useBias: false }),
    L.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
  ]),
  chain('conv3d', [6, 6, 6, 2], () => [
    L.conv3d({ filters: 3, kernelSize: 2, activation: 'tanh' }),
    L.conv3dTranspose({ filters: 2, kernelSize: 2 }),
    L.maxPooling3d({ poolSize: 2, strides: 1 } as never),
    L.averagePooling3d({ poolSize: 2 } as never),
    L.flatten(),
  ]),
  chain('lstm', [5, 3], () => [
    L.lstm({ units: 4, returnSequences: true, recurrentInitializer }),
    L.lstm({ units: 3, recurrentActivation: 'sigmoid', unitForgetBias: true, goBackwards: true, recurrentInitializer }),
  ]),
  chain('gru', [5, 3], () => [
    L.gru({ units: 4, returnSequences: true, recurrentInitializer }),
    L.gru({ units: 2, useBias: false, recurrentInitializer }),
  ]),
  chain('simple_rnn', [5, 3], () => [
    L.simpleRNN({ units: 4, returnSequences: true, recurrentInitializer }),
    L.simpleRNN({ units: 2, recurrentInitializer }),
  ]),
  chain('bidirectional', [5, 3], () => [
    L.bidirectional({
      layer: L.lstm({ name: 'in_lstm', units: 2, returnSequences: true, recurrentInitializer }) as never,
      mergeMode: 'concat',
    }),
    L.bidirectional({ layer: L.gru({ name: 'in_gru', units: 3, recurrentInitializer }) as never, mergeMode: 'sum' }),
  ]),
  chain('time_distributed', [5, 3], () => [
    L.timeDistributed({ layer: L.dense({ units: 4, name: 'td_dense', activation: 'relu' }) }),
    L.timeDistributed({ layer: L.batchNormalization({ name: 'td_norm' }) }),
  ]),
  chain('cells', [5, 3], () => [
    L.rnn({
      cell: L.stackedRNNCells({
        name: 'stack',
        cells: [
          L.lstmCell({ name: 'cell_lstm', units: 2, recurrentInitializer }),
          L.gruCell({ name: 'cell_gru', units: 3, recurrentInitializer }),
        ],
      }) as never,
      returnSequences: true,
    }),
    L.rnn({ cell: L.simpleRNNCell({ name: 'cell_simple', units: 2, recurrentInitializer }) as never }),
  ]),
  chain('conv_lstm', [3, 6, 6, 2], () => [L.convLstm2d({ filters: 3, kernelSize: 2, recurrentInitializer } as never)]),
  chain('shapes', [4], () => [
    L.dropout({ rate: 0.25 }),
    L.repeatVector({ n: 3 }),
    L.spatialDropout1d({ rate: 0.125 }),
    L.permute({ dims: [2, 1] }),
    L.reshape({ targetShape: [12] }),
    L.gaussianNoise({ stddev: 0.125 }),
    L.gaussianDropout({ rate: 0.125 }),
    L.alphaDropout({ rate: 0.125 }),
    L.rescaling({ scale: 0.5, offset: 1 }),
  ]),
  chain('norms', [4, 6], () => [
    L.batchNormalization({}),
    L.layerNormalization({}),
    L.batchNormalization({ scale: false, momentum: 0.875 }) /* tfjs's cpu kernel is wrong for other axes */,
  ]),
  {
    ...chain('embedding', [5], () => [
      L.embedding({ inputDim: 10, outputDim: 3, maskZero: true, inputLength: 5 }),
      L.lstm({ units: 2, recurrentInitializer }),
    ]),
    indices: 10,
  },
  chain('masking', [5, 3], () => [L.masking({ maskValue: 0 }), L.gru({ units: 2, recurrentInitializer })]),
  { name: 'functional', build: functional },
  { name: 'states', build: states },
  { name: 'nested', build: nested },
];

function functional(): LayersModel {
  const input = tfl.input({ shape: [4], name: 'left' });
  const other = tfl.input({ shape: [4], name: 'right' });
  const shared = L.dense({ units: 4, name: 'shared', activation: 'tanh' });
  const a = shared.apply(input) as tfl.SymbolicTensor;
  const b = shared.apply(a) as tfl.SymbolicTensor;
  const c = shared.apply(other) as tfl.SymbolicTensor;
  const merged = [
    L.add({ name: 'sum' }).apply([a, b, c]),
    L.multiply({ name: 'product' }).apply([a, b]),
    L.average({ name: 'mean' }).apply([b, c]),
    L.maximum({ name: 'most' }).apply([a, c]),
    L.minimum({ name: 'least' }).apply([a, b]),
  ] as tfl.SymbolicTensor[];
  const joined = L.concatenate({ name: 'joined' }).apply(merged) as tfl.SymbolicTensor;
  const dot = L.dot({ axes: -1, normalize: true, name: 'dot' }).apply([a, c]) as tfl.SymbolicTensor;
  const head = L.dense({ units: 2, name: 'head' }).apply(joined) as tfl.SymbolicTensor;
  return tfl.model({ inputs: [input, other], outputs: [head, dot], name: 'functional' });
}

function states(): LayersModel {
  const sequence = tfl.input({ shape: [4, 3], name: 'sequence' });
  const [h, c] = [tfl.input({ shape: [2], name: 'h' }), tfl.input({ shape: [2], name: 'c' })];
  const lstm = L.lstm({ units: 2, name: 'states_lstm', returnState: true, recurrentInitializer });
  const [out, lastH, lastC] = lstm.apply(sequence, { initialState: [h, c] } as never) as tfl.SymbolicTensor[];
  const joined = L.concatenate({ name: 'states_joined' }).apply([out, lastH, lastC] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor;
  return tfl.model({ inputs: [sequence, h, c], outputs: joined, name: 'states' });
}

function nested(): LayersModel {
  const innerInput = tfl.input({ shape: [4], name: 'inner_input' });
  const norm = L.batchNormalization({ name: 'inner_norm' }).apply(innerInput) as tfl.SymbolicTensor;
  const innerOut = L.dense({ units: 4, name: 'inner_dense', activation: 'relu' }).apply(norm) as tfl.SymbolicTensor;
  const inner = tfl.model({ inputs: innerInput, outputs: innerOut, name: 'inner' });
  const side = tfl.sequential({ name: 'side', layers: [inner, L.dense({ units: 4, name: 'side_dense' })] });
  const input = tfl.input({ shape: [4], name: 'outer_input' });
  const twice = tfl.sequential({
    name: 'twice',
    layers: [L.dense({ units: 4, inputShape: [4], name: 'twice_dense', activation: 'tanh' })],
  });
  const once = twice.apply(side.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor;
  const again = twice.apply(once) as tfl.SymbolicTensor;
  const sum = L.add({ name: 'outer_sum' }).apply([once, again]) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: [sum, again], name: 'nested' });
}

/** Numbers for the weight at a place: the same here and in the Python that made the golden file. */
export function weightValues(index: number, { weight }: PlacedWeight): Float32Array {
  const positive = weight.name.includes('variance');
  return Float32Array.from({ length: weight.shape.reduce<number>((size, length) => size * (length ?? 1), 1) }, (_, at) => {
    const value = 0.5 * Math.sin(1 + 0.37 * index + 0.7 * at);
    return positive ? 1 + value : value;
  });
}

/** An input of two examples: the same here and in the Python that made the golden file. */
export function inputValues(
  index: number,
  { shape, indices }: { readonly shape: readonly (number | null)[]; readonly indices?: number | undefined },
): Tensor {
  const whole = [2, ...shape.slice(1)] as number[];
  const size = whole.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, (_, at) =>
    indices === undefined ? Math.sin(2 + index + 0.9 * at) : (at * 3 + index) % indices,
  );
  return tf.tensor(values, whole, 'float32');
}
