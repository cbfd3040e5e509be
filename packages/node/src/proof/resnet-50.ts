import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { add, batchNorm, conv2d, losses, matMul, maxPool, mean, moments, relu, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import { randomNumbers } from '../doctor/random-numbers.ts';

/** A network with its weights. */
export interface Network {
  readonly variables: readonly Variable[];
  /** Mean cross-entropy of pictures `[batch, side, side, 3]` and one-hot labels `[batch, 1000]`, in training mode. */
  loss(pictures: Tensor4D, labels: Tensor): Scalar;
  dispose(): void;
}

export const CLASSES = 1000;
/** Blocks and inner width of each stage; a block's output is four times as wide. */
const STAGES = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;
const EXPANSION = 4;
const EPSILON = 1e-5;

type Layer = (x: Tensor4D) => Tensor4D;

/** Makes weights one by one, from one seed. */
class Weights {
  readonly variables: Variable[] = [];

  /** Uniform from -limit to limit. */
  random(shape: number[], limit: number): Variable {
    const values = randomNumbers(
      shape.reduce((a, b) => a * b),
      this.variables.length + 1,
    );
    return this.#keep(
      tidy(() =>
        variable(
          tensor(
            values.map((value) => value * limit),
            shape,
          ),
        ),
      ),
    );
  }

  filled(value: number, size: number): Variable {
    return this.#keep(tidy(() => variable(tensor(new Float32Array(size).fill(value), [size]))));
  }

  #keep(made: Variable): Variable {
    this.variables.push(made);
    return made;
  }
}

/**
 * ResNet-50 for 1000 classes, its stride in the 3 × 3 convolutions: 25 557 032 weights from one seed.
 *
 * Batch norm uses the statistics of the batch, as in training, and keeps no moving ones. Allocates 102 MB.
 *
 * Source: He et al. 2016, "Deep residual learning for image recognition", table 1; the stride as in torchvision's model.
 */
export function resNet50(): Network {
  const weights = new Weights();
  const stem = norm(weights, convolution(weights, { size: 7, from: 3, to: 64, stride: 2 }), 64);
  const blocks: Layer[] = [];
  let depth = 64;
  for (const [stage, [count, width]] of STAGES.entries()) {
    for (let block = 0; block < count; block++) {
      blocks.push(bottleneck(weights, { from: depth, width, stride: stage > 0 && block === 0 ? 2 : 1 }));
      depth = width * EXPANSION;
    }
  }
  const kernel = weights.random([depth, CLASSES], 1 / Math.sqrt(depth)); // torchvision's: small logits, a first loss near ln 1000
  const bias = weights.filled(0, CLASSES);
  return {
    variables: weights.variables,
    loss: (pictures, labels) => {
      let x: Tensor4D = maxPool(relu(stem(pictures)), 3, 2, 'same');
      for (const block of blocks) x = block(x);
      return losses.softmaxCrossEntropy(labels, add(matMul(mean(x, [1, 2]), kernel), bias)) as Scalar;
    },
    dispose: () => {
      for (const weight of weights.variables) weight.dispose();
    },
  };
}

interface Convolution {
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

function convolution(weights: Weights, { size, from, to, stride }: Convolution): Layer {
  const filter = weights.random([size, size, from, to], Math.sqrt(6 / (size * size * from))); // He et al. 2015, equation 10
  return (x) => conv2d(x, filter as unknown as Tensor4D, stride, 'same');
}

function norm(weights: Weights, inner: Layer, depth: number): Layer {
  const [scale, offset] = [weights.filled(1, depth), weights.filled(0, depth)];
  return (x) => {
    const y = inner(x);
    const { mean: average, variance } = moments(y, [0, 1, 2]);
    return batchNorm(y, average as Variable, variance as Variable, offset, scale, EPSILON) as Tensor4D;
  };
}

function bottleneck(
  weights: Weights,
  { from, width, stride }: { readonly from: number; readonly width: number; readonly stride: number },
): Layer {
  const to = width * EXPANSION;
  const layer = (shape: Convolution): Layer => norm(weights, convolution(weights, shape), shape.to);
  const reduce = layer({ size: 1, from, to: width, stride: 1 });
  const spread = layer({ size: 3, from: width, to: width, stride });
  const widen = layer({ size: 1, from: width, to, stride: 1 });
  const shortcut: Layer = from === to ? (x) => x : layer({ size: 1, from, to, stride });
  return (x) => relu(add<Tensor4D>(widen(relu(spread(relu(reduce(x))))), shortcut(x)));
}
