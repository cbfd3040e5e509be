import type * as TensorFlow from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PluginSuiteOptions } from './plugin-suite.ts';

export { describeFitInterleaving, type FitModel, type FitSuiteOptions } from './interleaving-fit.ts';
export { describeWorker, type WorkerSuiteOptions } from './interleaving-worker.ts';

/**
 * Declares the matrix "which policy holds when" as tests, one a cell: a policy belongs to a scope, and a scope is
 * closed before anything else can run.
 *
 * @example
 * // describeInterleaving({ name: 'webgpu', register: () => registerWebGPU(), format: 'float16', tf, autocast });
 */
export function describeInterleaving({ name, register, format, tf, autocast: api }: PluginSuiteOptions): void {
  const { autocast, fullPrecision, setDefaultPolicy, storageOf } = api;
  const half = `param=float32,compute=${format},output=${format}`;
  const big = (): TensorFlow.Tensor2D => tf.fill([32, 32], 0.5);
  const product = (): string => tf.tidy(() => storageOf(tf.matMul(big(), big())));
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  describe(`policies on ${name} in ${format}`, () => {
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
    });
    afterAll(() => plugin?.dispose());

    it('code that runs while a result is awaited is outside of the scope', async () => {
      const y = autocast(half, () => tf.tidy(() => tf.matMul(big(), big())));
      const reading = y.data();
      expect(product()).toBe('float32');
      await reading;
      expect(product()).toBe('float32');
      y.dispose();
    });

    it('two tasks that open scopes in turn each have their own', async () => {
      const task = async (policy: string, expected: string): Promise<string[]> => {
        const seen: string[] = [];
        for (let i = 0; i < 4; i++) {
          seen.push(autocast(policy, product));
          await turn();
        }
        expect(new Set(seen)).toEqual(new Set([expected]));
        return seen;
      };
      await Promise.all([task(half, format), task('float32', 'float32'), task(half, format)]);
    });

    it('a timer that fires during training in half computes without a policy', async () => {
      const seen: string[] = [];
      const timer = setInterval(() => seen.push(product()), 1);
      const w = tf.variable(big());
      const optimizer = tf.train.sgd(0.1);
      for (let i = 0; i < 3; i++) {
        const cost = optimizer.minimize(
          () => autocast(half, () => tf.mean(tf.square(tf.matMul(big(), w as unknown as TensorFlow.Tensor2D))) as TensorFlow.Scalar),
          true,
          [w],
        );
        await cost?.data();
        await new Promise((resolve) => setTimeout(resolve, 5));
        cost?.dispose();
      }
      clearInterval(timer);
      expect(seen.length).toBeGreaterThan(0);
      expect(new Set(seen)).toEqual(new Set(['float32']));
      w.dispose();
      optimizer.dispose();
    });

    it('a nested scope wins inside and the outer one holds again after it', () => {
      expect(autocast(half, () => [product(), fullPrecision(product), product()])).toEqual([format, 'float32', format]);
      expect(fullPrecision(() => [product(), autocast(half, product), product()])).toEqual(['float32', format, 'float32']);
    });

    it('a gradient follows the scope of its forward pass, whatever scope is around it', () => {
      const storages: string[] = [];
      const w = tf.tidy(() => tf.keep(big()));
      const watched = tf.customGrad((x) => ({
        value: tf.matMul(x as TensorFlow.Tensor2D, x as TensorFlow.Tensor2D),
        gradFunc: (dy: TensorFlow.Tensor) => {
          storages.push(product());
          return dy.clone();
        },
      }));
      const forward = (): TensorFlow.Tensor => autocast(half, () => tf.sum(watched(w)));
      tf.tidy(() => void tf.grad(forward as (x: TensorFlow.Tensor) => TensorFlow.Tensor)(w));
      tf.tidy(() => void fullPrecision(() => tf.grad((x) => autocast(half, () => tf.sum(watched(x))))(w)));
      tf.tidy(() => void autocast(half, () => tf.grad((x) => fullPrecision(() => tf.sum(watched(x))))(w)));
      expect(storages.slice(-2)).toEqual([format, 'float32']);
      w.dispose();
    });

    it('a scope whose code throws is closed', () => {
      expect(() =>
        autocast(half, () => {
          throw new RangeError('mine');
        }),
      ).toThrow('mine');
      expect(product()).toBe('float32');
    });

    it('an async function is refused, and nothing of it runs under the policy', async () => {
      expect(() => autocast(half, async () => product())).toThrow(/synchronous/);
      await turn();
      expect(product()).toBe('float32');
    });

    it('the default policy holds outside of scopes, yields to them, and ends when it is undone', async () => {
      const undo = setDefaultPolicy(half);
      expect([product(), fullPrecision(product)]).toEqual([format, 'float32']);
      await turn();
      expect(product()).toBe(format);
      undo();
      expect(product()).toBe('float32');
    });
  });
}
