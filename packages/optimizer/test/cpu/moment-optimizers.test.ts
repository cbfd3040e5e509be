import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { staticLossScale } from '@halftone/loss-scale';
import { goldenJson } from '@halftone/testing';
import type { MomentOptions } from '../../src/index.ts';
import { AdamWOptimizer, adamW, LambOptimizer, lamb, mixedPrecisionOptimizer } from '../../src/index.ts';

interface Problem {
  shapes: number[][];
  initial: number[][];
  gradients: number[][][];
}
interface Trace {
  system: string;
  type: string;
  args: Record<string, number>;
  params: number[][][];
}

const problem = goldenJson<Problem>('optim/problem.json');
const traces = goldenJson<{ traces: Trace[] } | Trace[]>('optim/traces.json');
const all = Array.isArray(traces) ? traces : traces.traces;
const traceOf = (system: string, type: string): Trace => all.find((trace) => trace.system === system && trace.type === type)!;

let tensors = 0;

function variables(): tf.Variable[] {
  return problem.initial.map((initial, index) => tf.tidy(() => tf.variable(tf.tensor(initial, problem.shapes[index]), true, `w${index}`)));
}

/** The golden gradients of one step, in both forms in turn: as a list and as a map. */
function gradients(step: number): tf.NamedTensorMap {
  return Object.fromEntries(problem.gradients[step]!.map((values, index) => [`w${index}`, tf.tensor(values, problem.shapes[index])]));
}

function follow(optimizer: tf.Optimizer, trace: Trace): void {
  const weights = variables();
  for (const [step, expected] of trace.params.entries()) {
    const grads = gradients(step);
    optimizer.applyGradients(step % 2 === 0 ? grads : Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    tf.dispose(grads);
    for (const [index, weight] of weights.entries()) {
      for (const [at, value] of weight.dataSync().entries()) {
        const wanted = expected[index]![at]!;
        expect(Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)), `step ${step}, w${index}[${at}]`).toBeLessThanOrEqual(1e-5);
      }
    }
  }
  tf.dispose(weights);
  optimizer.dispose();
}

describe('AdamW and LAMB', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    tf.disposeVariables();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('adamW follows 50 steps of torch.optim.AdamW', () => {
    follow(adamW(0.01, { weightDecay: 0.05, epsilon: 1e-8 }), traceOf('torch', 'AdamW'));
  });

  it('adamW without decay follows torch.optim.Adam', () => {
    follow(adamW(0.01, { weightDecay: 0, epsilon: 1e-8 }), traceOf('torch', 'Adam'));
  });

  it('lamb without decay follows 50 steps of keras.optimizers.Lamb', () => {
    follow(lamb(0.01, { weightDecay: 0, epsilon: 1e-7 }), traceOf('keras', 'Lamb'));
  });

  it('adamW under the wrapper follows torch all the same', () => {
    follow(
      mixedPrecisionOptimizer(adamW(0.01, { weightDecay: 0.05, epsilon: 1e-8 }), { lossScale: staticLossScale(2 ** 10) }),
      traceOf('torch', 'AdamW'),
    );
  });

  const MAKERS: Readonly<Record<string, (learningRate: number, options?: MomentOptions) => tf.Optimizer>> = { adamW, lamb };
  describe.each(Object.entries(MAKERS))('%s', (_name, make) => {
    it('never makes NaN of a gradient or a weight that is all zero', () => {
      const zero = tf.tidy(() => tf.variable(tf.zeros([3])));
      const one = tf.tidy(() => tf.variable(tf.ones([3])));
      const optimizer = make(0.1, { epsilon: 1e-7 });
      for (let step = 0; step < 5; step++)
        tf.tidy(() => optimizer.applyGradients({ [zero.name]: tf.zeros([3]), [one.name]: tf.zeros([3]) }));
      for (const value of [...zero.dataSync(), ...one.dataSync()]) expect(value).toSatisfy(Number.isFinite);
      expect([...zero.dataSync()]).toStrictEqual([0, 0, 0]);
      optimizer.dispose();
    });

    it('goes on exactly from saved weights', async () => {
      const weights = variables();
      const first = make(0.01);
      const run = (optimizer: tf.Optimizer, from: number, to: number): void => {
        for (let step = from; step < to; step++) {
          const grads = gradients(step);
          optimizer.applyGradients(grads);
          tf.dispose(grads);
        }
      };
      run(first, 0, 5);
      const saved = await first.getWeights();
      expect(saved.map(({ name }) => name)).toStrictEqual(['iter', 'w0/m', 'w1/m', 'w2/m', 'w0/v', 'w1/v', 'w2/v']);
      const copies = weights.map((weight) => weight.clone());
      const second = make(0.01);
      const given = saved.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
      await second.setWeights(given);
      run(first, 5, 10);
      const expected = weights.map((weight) => weight.dataSync().slice());
      for (const [index, weight] of weights.entries()) weight.assign(copies[index]!);
      run(second, 5, 10);
      for (const [index, weight] of weights.entries()) {
        // the powers of beta are computed afresh, by pow instead of by products
        for (const [at, value] of weight.dataSync().entries()) {
          const wanted = expected[index]![at]!;
          expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)));
        }
      }
      tf.dispose([copies, given.map(({ tensor }) => tensor), saved[0]!.tensor, weights]);
      first.dispose();
      second.dispose();
    });

    it('round-trips through its configuration', () => {
      const optimizer = make(0.3, { beta1: 0.8, weightDecay: 0.25, excludeFromDecay: ['bias'] });
      const cls = (optimizer instanceof AdamWOptimizer && optimizer.getClassName() === 'AdamW'
        ? AdamWOptimizer
        : LambOptimizer) as unknown as tf.serialization.SerializableConstructor<tf.Optimizer> & {
        fromConfig: (cls: unknown, config: unknown) => tf.Optimizer;
      };
      const again = cls.fromConfig(cls, JSON.parse(JSON.stringify(optimizer.getConfig())));
      expect(again.getConfig()).toStrictEqual(optimizer.getConfig());
      expect(again.getClassName()).toBe(optimizer.getClassName());
      optimizer.dispose();
      again.dispose();
    });

    it('leaves out of decay the variables that were named', () => {
      const [bias, kernel] = ['d/bias', 'd/kernel'].map((name) => tf.tidy(() => tf.variable(tf.ones([2]), true, name))) as [
        tf.Variable,
        tf.Variable,
      ];
      const optimizer = make(0.5, { weightDecay: 0.5, excludeFromDecay: ['bias'] });
      tf.tidy(() => optimizer.applyGradients({ 'd/bias': tf.zeros([2]), 'd/kernel': tf.zeros([2]) }));
      expect([...bias.dataSync()]).toStrictEqual([1, 1]);
      expect(kernel.dataSync()[0]).toBeLessThan(1);
      optimizer.dispose();
    });

    it.each([
      ['learningRate', -1, {}],
      ['beta1', 0.1, { beta1: 1 }],
      ['epsilon', 0.1, { epsilon: NaN }],
      ['weightDecay', 0.1, { weightDecay: -0.1 }],
    ] as const)('refuses a %s that cannot be meant', (name, learningRate, options) => {
      expect(() => make(learningRate, options)).toThrow(new RegExp(`\\[optimizer\\] ${name} must be`));
    });

    it('names a gradient without a variable', () => {
      const optimizer = make(0.1);
      expect(() => tf.tidy(() => optimizer.applyGradients({ nobody: tf.ones([1]) }))).toThrow(/'nobody'.*Dispose no variable/);
      optimizer.dispose();
    });
  });
});
