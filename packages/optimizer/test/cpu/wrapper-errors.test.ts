import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { gradScaler, mixedPrecisionOptimizer } from '../../src/index.ts';
import { variableBits } from '../optimizers.ts';

/** An optimizer that tfjs does not know: keeps a running sum that starts at 5, creates it at its first gradient, and notes what it is given. */
class Foreign extends tf.Optimizer {
  static className = 'Foreign';
  readonly given: { name: string; present: boolean }[][] = [];
  slots: tf.Variable[] = [];
  throws = false;

  override applyGradients(gradients: { name: string; tensor: tf.Tensor }[]): void {
    this.given.push(gradients.map(({ name, tensor }) => ({ name, present: tensor !== null })));
    for (const [index, { name, tensor }] of gradients.entries()) {
      if (tensor === null) continue;
      tf.tidy(() => {
        this.slots[index] ??= tf.variable(tf.fill(tensor.shape, 5), false);
        const variable = tf.engine().registeredVariables[name]!;
        this.slots[index].assign(tf.add(this.slots[index], tensor));
        variable.assign(tf.sub(variable, tensor));
      });
      if (this.throws) throw new Error('half way');
    }
    this.incrementIterations();
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

let first: tf.Variable;
let second: tf.Variable;

describe('the wrapper at its edges', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    first = tf.variable(tf.tensor1d([1, 2]), true, 'first');
    second = tf.variable(tf.scalar(3), true, 'second');
  });
  afterEach(() => {
    tf.disposeVariables();
  });

  it('hands every variable to the inner optimizer in its order, absent ones included, in good and bad steps', () => {
    const variables = Array.from({ length: 12 }, (_, index) => tf.variable(tf.scalar(index + 1), true, `v${index}`));
    const scenario = fc.array(
      fc.record({
        order: fc.shuffledSubarray(variables, { minLength: 1 }),
        used: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        factor: fc.constantFrom(1, NaN, Infinity),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(scenario, fc.constantFrom(1, 3), (steps, accumulate) => {
        if (accumulate > 1) for (const step of steps) Object.assign(step, { order: steps[0]!.order });
        const inner = new Foreign();
        const optimizer = mixedPrecisionOptimizer(inner, { lossScale: dynamicLossScale(), accumulate });
        const wanted: { name: string; present: boolean }[][] = [];
        let window = new Set<string>();
        for (const [index, { order, used, factor }] of steps.entries()) {
          const live = order.filter((_, at) => at === 0 || used[at]);
          for (const { name } of live) window.add(name);
          optimizer.minimize(() => tf.mul(tf.addN(live.map((variable) => variable.asScalar())), factor), false, order);
          if ((index + 1) % accumulate !== 0) continue;
          wanted.push(order.map(({ name }) => ({ name, present: window.has(name) })));
          window = new Set();
        }
        expect(inner.given).toStrictEqual(wanted);
        optimizer.unwrap();
        tf.dispose(inner.slots);
      }),
      { numRuns: 60, seed: 4 },
    );
    tf.dispose(variables);
  });

  it('keeps slots of an unknown class clean when its first step is bad', () => {
    const inner = new Foreign();
    const optimizer = mixedPrecisionOptimizer(inner, { lossScale: dynamicLossScale() });
    optimizer.minimize(() => tf.mul(tf.sum(first), NaN), false, [first]);
    expect([...first.dataSync()]).toStrictEqual([1, 2]);
    expect([...inner.slots[0]!.dataSync()]).toStrictEqual([5, 5]);
    optimizer.minimize(() => tf.sum(first), false, [first]);
    const before = variableBits();
    optimizer.minimize(() => tf.mul(tf.sum(first), NaN), false, [first]);
    expect(variableBits()).toStrictEqual(before);
    expect([...inner.slots[0]!.dataSync()]).toStrictEqual([6, 6]);
    optimizer.unwrap();
  });

  it('puts everything back when the inner optimizer throws half way', () => {
    const inner = new Foreign();
    const optimizer = mixedPrecisionOptimizer(inner, { lossScale: dynamicLossScale() });
    optimizer.minimize(() => tf.add(tf.sum(first), second), false, [first, second]);
    const before = variableBits();
    const tensors = tf.memory().numTensors;
    inner.throws = true;
    const grads = { first: tf.ones([2]), second: tf.scalar(1) };
    expect(() => optimizer.applyGradients(grads)).toThrow('half way');
    tf.dispose(grads);
    expect(variableBits()).toStrictEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    optimizer.unwrap();
  });

  it('puts a statistic back when the loss throws', () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1), { lossScale: dynamicLossScale() });
    const failing = (): tf.Scalar => {
      tf.tidy(() => second.assign(tf.scalar(9)));
      throw new Error('in the loss');
    };
    expect(() => optimizer.minimize(failing, false, [first])).toThrow('in the loss');
    expect(second.dataSync()[0]).toBe(3);
    optimizer.dispose();
  });

  it('refuses to wrap twice, and wraps again after unwrap', () => {
    const inner = tf.train.sgd(1);
    const optimizer = mixedPrecisionOptimizer(inner, { lossScale: staticLossScale(4) });
    expect(() => mixedPrecisionOptimizer(optimizer)).toThrow(/wrapped once, got this SGD.*unwrap\(\)/);
    expect(() => mixedPrecisionOptimizer(inner)).toThrow(/wrapped once/);
    expect(() => gradScaler().step(optimizer, {})).toThrow(/does not scale by itself.*plain optimizer/);
    expect(optimizer.unwrap()).toBe(inner);
    expect(() => optimizer.minimize(() => tf.sum(first))).toThrow(/was unwrapped or disposed.*Wrap the SGD again/);
    mixedPrecisionOptimizer(inner).dispose();
  });

  it.each([
    [{ accumulate: 0 }, /accumulate must be a whole number from 1, got 0/],
    [{ accumulate: 1.5 }, /accumulate must be a whole number/],
    [{ statusEvery: 0 }, /statusEvery must be a whole number from 1/],
    [{ onBadMicroBatch: 'drop' as 'drop-one' }, /must be 'drop-window' or 'drop-one', got 'drop'/],
    [{ policy: 'mixed_flaot16' }, /mixed_float16/],
  ] as const)('refuses %o', (options, message) => {
    const inner = tf.train.sgd(1);
    expect(() => mixedPrecisionOptimizer(inner, options)).toThrow(message);
    mixedPrecisionOptimizer(inner).dispose();
  });

  it.each([null, {}, 'adam'])('refuses %o as an optimizer', (inner) => {
    expect(() => mixedPrecisionOptimizer(inner as never)).toThrow(/inner must be a tf.Optimizer.*tf.train.adam/);
  });

  it('says what is wrong with a loss', () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1), { lossScale: dynamicLossScale() });
    expect(() => optimizer.minimize(5 as never)).toThrow(/loss must be a function, got number/);
    expect(() => optimizer.minimize(() => first as never)).toThrow(/must be a scalar, got shape \[2\].*tf.mean/);
    expect(() => optimizer.minimize(() => tf.scalar(1))).toThrow(/must depend on a trainable variable, got none of 2/);
    const frozen = tf.variable(tf.scalar(1), false);
    expect(() => optimizer.minimize(() => frozen.asScalar(), false, [frozen])).toThrow(/at least one variable must be trainable/);
    optimizer.dispose();
  });

  it('survives a loss that is the variable itself: the seed of the backward pass is the gradient then', async () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1), { lossScale: staticLossScale(64) });
    const { value, grads } = optimizer.computeGradients(() => second as unknown as tf.Scalar, [second]);
    expect(grads['second']!.dataSync()[0]).toBe(1);
    tf.dispose(grads);
    expect((await optimizer.lossScaleState()).scale).toBe(64);
    expect(value.dataSync()[0]).toBe(3);
    optimizer.dispose();
  });

  it('works inside tf.tidy, and its state outlives it', async () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.1), { lossScale: dynamicLossScale(), accumulate: 2 });
    for (let index = 0; index < 4; index++) tf.tidy(() => void optimizer.minimize(() => tf.sum(first), true, [first]));
    expect(await optimizer.lastStep()).toMatchObject({ step: 2, applied: true });
    optimizer.dispose();
  });

  it('tells tfjs that it is an Optimizer, and refuses nothing that is one', () => {
    const optimizer = mixedPrecisionOptimizer(tf.train.sgd(1));
    expect(optimizer instanceof tf.Optimizer).toBe(true);
    optimizer.dispose();
  });
});
