import type * as TensorFlow from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { wave } from '../plugin-suite/checks.ts';
import type { OptimizerSuiteOptions, ScaleMachine, ScaleRule, Wrapped, WrapOptions } from './options.ts';

/** Factors of a loss: an honest one, one that is not a number, one that leaves float32 only once the scale is on it. */
export const GOOD = 1;
export const BAD: number = NaN;
export const TOO_LARGE: number = 2 ** 120;

/** The variables of the net, its statistic among them. */
export const MODEL = ['first', 'bias', 'second', 'moving'] as const;

/** A net of two layers with a moving statistic, which its forward pass assigns as batch norm does. */
export interface Problem {
  readonly variables: TensorFlow.Variable[];
  /** The mean squared error times a factor that the backend holds. */
  readonly loss: (factor?: number) => () => TensorFlow.Scalar;
}

/** What every room works with. */
export interface Rig extends OptimizerSuiteOptions {
  /** A dynamic scale that starts at 1024 unless told otherwise. */
  readonly dynamic: (options?: Readonly<Partial<Record<ScaleRule, number>>>) => ScaleMachine;
  readonly wrap: (inner: TensorFlow.Optimizer, options?: WrapOptions) => Wrapped;
  readonly problem: () => Problem;
  /** The same without matrix products, whose shaders take a CPU driver long to compile: for what is about steps and not about halves. */
  readonly light: () => Problem;
  /** The bits of every registered variable: weights, slots, powers, moving statistics. */
  readonly bits: () => Promise<Record<string, readonly number[]>>;
  /** The same without names, in the order in which the variables were made. */
  readonly numbers: () => Promise<readonly (readonly number[])[]>;
  readonly valueOf: (tensor: TensorFlow.Tensor) => Promise<number[]>;
  /** Disposes an optimizer and what it forgets: tfjs's Momentum keeps the tensor of its learning rate. */
  readonly discard: (...optimizers: TensorFlow.Optimizer[]) => void;
}

/** Puts the rig together, and makes every test of the suite prove that it leaves no tensor behind. */
export function createRig(options: OptimizerSuiteOptions): Rig {
  const { tf, policy, optimizer, lossScale } = options;
  const dynamic: Rig['dynamic'] = (rule = {}) => lossScale.dynamicLossScale({ initialScale: 1024, ...rule });
  const bits: Rig['bits'] = async () => {
    const reads = Object.entries(tf.engine().registeredVariables).map(async ([name, variable]) => {
      const values = Float32Array.from(await variable.data());
      return [name, [...new Uint32Array(values.buffer)]] as const;
    });
    return Object.fromEntries(await Promise.all(reads));
  };
  const factors: TensorFlow.Tensor[] = [];
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    tf.disposeVariables();
    tf.dispose(factors.splice(0));
    expect(tf.memory().numTensors, 'tensors that the test left behind').toBe(tensors);
  });

  return {
    ...options,
    dynamic,
    bits,
    numbers: async () => Object.values(await bits()),
    wrap: (inner, how = {}) => optimizer.mixedPrecisionOptimizer(inner, { policy, lossScale: dynamic(), statusEvery: 1000, ...how }),
    problem: () => problem(tf, denseNet, (tensor) => void factors.push(tensor)),
    light: () => problem(tf, lightNet, (tensor) => void factors.push(tensor)),
    valueOf: async (tensor) => [...(await tensor.data<'float32'>())],
    discard: (...optimizers) => {
      for (const given of optimizers) {
        const inner = 'unwrap' in given ? (given as Wrapped).unwrap() : given;
        inner.dispose();
        const rate = (inner as unknown as { readonly c?: TensorFlow.Tensor }).c;
        if (rate !== undefined && !rate.isDisposed) rate.dispose();
      }
    },
  };
}

type Made = (values: Float32Array, shape: number[], name: string) => TensorFlow.Variable;

/** Weights, and the forward pass from examples to outputs and to what the statistic follows. */
interface Net {
  readonly variables: TensorFlow.Variable[];
  readonly forward: (x: TensorFlow.Tensor2D) => { readonly hidden: TensorFlow.Tensor; readonly outputs: TensorFlow.Tensor };
  /** Numbers in the statistic. */
  readonly width: number;
}
type NetOf = (tf: typeof TensorFlow, made: Made) => Net;

const denseNet: NetOf = (tf, made) => {
  const first = made(wave(16 * 32, 53), [16, 32], 'first');
  const bias = made(wave(32, 7), [32], 'bias');
  const second = made(wave(32 * 16, 59), [32, 16], 'second');
  const times = (a: TensorFlow.Tensor, b: TensorFlow.Tensor): TensorFlow.Tensor =>
    tf.matMul(a as TensorFlow.Tensor2D, b as TensorFlow.Tensor2D);
  return {
    variables: [first, bias, second],
    forward: (x) => {
      const hidden = tf.relu(tf.add(times(x, first), bias));
      return { hidden, outputs: times(hidden, second) };
    },
    width: 32,
  };
};

const lightNet: NetOf = (tf, made) => {
  const first = made(wave(32 * 16, 53), [32, 16], 'first');
  const bias = made(wave(16, 7), [16], 'bias');
  return {
    variables: [first, bias],
    forward: (x) => {
      const hidden = tf.relu(tf.mul(x, first));
      return { hidden, outputs: tf.add(hidden, bias) };
    },
    width: 16,
  };
};

function problem(tf: typeof TensorFlow, netOf: NetOf, keep: (tensor: TensorFlow.Tensor) => void): Problem {
  const { variables, forward, width } = netOf(tf, (values, shape, name) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape), true, name)),
  );
  const moving = tf.tidy(() => tf.variable(tf.zeros([width]), false, 'moving'));
  const [x, y] = [tf.tensor2d(wave(512, 43), [32, 16]), tf.tensor2d(wave(512, 47), [32, 16])];
  for (const tensor of [x, y]) keep(tensor);
  const held = new Map<number, TensorFlow.Tensor>();
  const factorOf = (value: number): TensorFlow.Tensor => {
    const found = held.get(value) ?? tf.scalar(value);
    if (!held.has(value)) keep(found);
    held.set(value, found);
    return found;
  };
  const lossOf = (factor: TensorFlow.Tensor): TensorFlow.Scalar => {
    const { hidden, outputs } = forward(x);
    moving.assign(tf.add(tf.mul(moving, 0.75), tf.mul(tf.mean(hidden, 0), 0.25)));
    return tf.mul(tf.mean(tf.square(tf.sub(outputs, y))), factor) as TensorFlow.Scalar;
  };
  return {
    variables,
    loss: (value = GOOD) => {
      const factor = factorOf(value);
      return () => tf.tidy(() => lossOf(factor));
    },
  };
}
