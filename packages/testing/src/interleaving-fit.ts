import type * as TensorFlow from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareBits } from './compare.ts';
import type { PluginSuiteOptions } from './plugin-suite.ts';

/** What the suite needs of a compiled layers model. */
export interface FitModel {
  fit(
    x: TensorFlow.Tensor,
    y: TensorFlow.Tensor,
    args: FitArgs,
  ): Promise<{ readonly history: Readonly<Record<string, readonly (number | TensorFlow.Tensor)[]>> }>;
  predict(x: TensorFlow.Tensor): TensorFlow.Tensor | TensorFlow.Tensor[];
}

interface FitArgs {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: false;
  readonly verbose: 0;
  readonly yieldEvery: 'batch';
}

/** What a plug-in hands in to have its training watched. */
export interface FitSuiteOptions extends PluginSuiteOptions {
  /**
   * Makes a compiled model from 32 numbers to 32, with the same weights each time. Its optimizer brings the policy; `watch`
   * is called in every forward pass.
   */
  readonly model: (policy: string, watch: () => void) => { readonly model: FitModel; dispose(): void };
}

const ARGS: FitArgs = { epochs: 4, batchSize: 32, shuffle: false, verbose: 0, yieldEvery: 'batch' };

/**
 * Declares the cells of the matrix in which layers models train: two of them at once under two policies, and one that
 * predicts while it trains.
 *
 * @example
 * // describeFitInterleaving({ name: 'webgpu', register: () => registerWebGPU(), format: 'float16', tf, autocast, model });
 */
export function describeFitInterleaving({ name, register, format, tf, autocast: api, model: create }: FitSuiteOptions): void {
  describe(`models in fit on ${name} in ${format}`, () => {
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    let x: TensorFlow.Tensor;
    let y: TensorFlow.Tensor;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
      [x, y] = [tf.randomUniform([96, 32], -1, 1, 'float32', 1), tf.randomUniform([96, 32], -1, 1, 'float32', 2)];
      await Promise.all([x.data(), y.data()]);
    });
    afterAll(() => {
      tf.dispose([x, y]);
      plugin?.dispose();
    });

    const product = (): string => tf.tidy(() => api.storageOf(tf.matMul(tf.fill([32, 32], 0.5), tf.fill([32, 32], 0.5))));

    /** Trains a model; `log` gets its name and the storage of a product in each of its forward passes. */
    async function train(policy: string, log: (storage: string) => void): Promise<Float32Array> {
      const { model, dispose } = create(policy, () => log(product()));
      const { history } = await model.fit(x, y, ARGS);
      dispose();
      return Float32Array.from((history['loss'] as readonly number[]).map(Number));
    }

    it('two models with two policies, trained at once, each have their own, and the losses that they have alone', async () => {
      const policies = [`mixed_${format}`, 'float32'] as const;
      const alone = [await train(policies[0], () => undefined), await train(policies[1], () => undefined)];
      const seen: string[] = [];
      const storages = [new Set<string>(), new Set<string>()] as const;
      const watch = (which: 0 | 1) => (storage: string) => {
        seen.push(policies[which]);
        storages[which].add(storage);
      };
      const together = await Promise.all([train(policies[0], watch(0)), train(policies[1], watch(1))]);
      expect(storages).toEqual([new Set([format]), new Set(['float32'])]);
      expect(seen.filter((policy, index) => policy !== seen[index - 1]).length).toBeGreaterThan(4); // they did take turns
      together.forEach((losses, which) =>
        expect(compareBits(losses, alone[which] as Float32Array).message()).toMatch(/^expected values not/),
      );
    });

    it('predict from a timer while fit trains in half computes without a policy', async () => {
      const seen = { training: new Set<string>(), predicting: new Set<string>() };
      let phase: keyof typeof seen = 'training';
      const { model, dispose } = create(`mixed_${format}`, () => void seen[phase].add(product()));
      const timer = setInterval(() => {
        phase = 'predicting';
        tf.dispose(model.predict(x));
        phase = 'training';
      }, 1);
      await model.fit(x, y, { ...ARGS, epochs: 12 });
      clearInterval(timer);
      dispose();
      expect(seen).toEqual({ training: new Set([format]), predicting: new Set(['float32']) });
    });
  });
}
