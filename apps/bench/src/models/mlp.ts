import { add, losses, matMul, relu, tidy, type Scalar, type Tensor2D } from '@tensorflow/tfjs-core';
import { filled, oneHotRows, toTensor, toVariables, type HostArray } from './host-array.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';
import { seeded } from './seeded.ts';
import { variableModel } from './variable-model.ts';

const INPUTS = 784;
const CLASSES = 10;

/** Weights and data of the MLP on the host, drawn in one order from one seed. */
export interface MlpArrays {
  readonly weights: Readonly<Record<string, HostArray>>;
  readonly inputs: HostArray;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** 784 inputs, `depth` hidden layers of `size` units with relu, 10 classes. */
export const mlp: ModelDefinition = {
  name: 'mlp',
  title: '784-256-10 with relu',
  defaults: { batch: 128, size: 256, depth: 1, seed: 1 },
  optimizer: { name: 'adam', learningRate: 1e-3, epsilon: 1e-7 },
  item: 'image',
  items: ({ batch }) => batch,
  build(options, optimizer) {
    const weights = toVariables(mlpArrays(options).weights);
    const layers = Array.from({ length: options.depth + 1 }, (_, i) => ({ w: weights[`w${i + 1}`]!, b: weights[`b${i + 1}`]! }));
    return variableModel(
      Object.values(weights),
      ({ inputs, targets }) =>
        tidy(() => {
          let hidden = inputs as Tensor2D;
          layers.forEach(({ w, b }, i) => {
            const sum = add(matMul(hidden, w as unknown as Tensor2D), b) as Tensor2D;
            hidden = i < options.depth ? relu(sum) : sum;
          });
          return losses.softmaxCrossEntropy(targets, hidden) as Scalar;
        }),
      optimizer,
    );
  },
  example(options) {
    const { inputs, labels } = mlpArrays(options);
    return { inputs: toTensor(inputs), targets: oneHotRows(labels, CLASSES) };
  },
};

/** Draws weights, then inputs, then labels. */
export function mlpArrays({ batch, size, depth, seed }: ModelOptions): MlpArrays {
  const random = seeded(seed);
  const widths = [INPUTS, ...Array.from({ length: depth }, () => size), CLASSES];
  const weights: Record<string, HostArray> = {};
  for (let i = 1; i < widths.length; i += 1) {
    const [from = 0, to = 0] = [widths[i - 1], widths[i]];
    weights[`w${i}`] = { shape: [from, to], data: random.normals(from * to, Math.sqrt(2 / from)) };
    weights[`b${i}`] = filled([to], 0);
  }
  return {
    weights,
    inputs: { shape: [batch, INPUTS], data: random.normals(batch * INPUTS) },
    labels: random.integers(batch, CLASSES),
    classes: CLASSES,
  };
}
