import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsInNode } from './dawn.ts';
import type { PluginSuiteOptions } from './plugin-suite.ts';

/** What a plug-in hands in to be run in a worker as well. */
export interface WorkerSuiteOptions extends PluginSuiteOptions {
  /** The folder of the package whose tests these are: imports of the worker are found from there. */
  readonly folder: string;
  /** The first lines of the worker's module: imports `tf`, `autocast` (the module) and defines `register`. */
  readonly imports: string;
}

/** What a worker saw: the storage of a product before it had a policy, under its default policy, and in a scope of its own. */
interface Seen {
  readonly storages: readonly string[];
  readonly value: number;
}

const BODY = `
import { parentPort, workerData } from 'node:worker_threads';
const plugin = await register();
await tf.setBackend(plugin.backendName);
const made = () => tf.matMul(tf.fill([32, 32], 0.5), tf.fill([32, 32], 0.5));
const product = () => tf.tidy(() => autocast.storageOf(made()));
const storages = [product()];
const undo = autocast.setDefaultPolicy(workerData.policy);
storages.push(product(), autocast.autocast('float32', product));
const result = tf.tidy(made);
const value = (await result.data())[5];
result.dispose();
undo();
plugin.dispose();
parentPort.postMessage({ storages, value });
`;

/**
 * Declares the cell of the matrix in which a worker has a plug-in of its own: page and worker share nothing.
 *
 * Needs Node: the worker is a thread, its module is bundled with esbuild from the sources. In a page it is skipped.
 *
 * @example
 * // describeWorker({ name: 'emulate', register, format: 'float16', tf, autocast, folder: process.cwd(), imports });
 */
export function describeWorker({ name, register, format, tf, autocast: api, folder, imports }: WorkerSuiteOptions): void {
  const half = `param=float32,compute=${format},output=${format}`;
  const title = `a worker with ${name} of its own, in ${format}`;
  if (!runsInNode()) return void it(title, ({ skip }) => skip('the worker is a thread of Node'));
  describe(title, () => {
    const outfile = join(folder, 'node_modules', '.cache', `worker-${process.pid}-${format}.mjs`);
    let plugin: Awaited<ReturnType<PluginSuiteOptions['register']>>;
    beforeAll(async () => {
      plugin = await register();
      await tf.setBackend(plugin.backendName);
      mkdirSync(join(folder, 'node_modules', '.cache'), { recursive: true });
      await build({
        stdin: { contents: imports + BODY, resolveDir: folder, loader: 'ts' },
        outfile,
        bundle: true,
        platform: 'node',
        format: 'esm',
        conditions: ['@halftone/source', 'import'],
        external: ['@tensorflow/*', 'webgpu'],
      });
    });
    afterAll(() => {
      rmSync(outfile, { force: true });
      plugin?.dispose();
    });

    const made = (): TensorFlow.Tensor => tf.matMul(tf.fill([32, 32], 0.5), tf.fill([32, 32], 0.5));
    const product = (): string => tf.tidy(() => api.storageOf(made()));

    it('neither has the policy of the other, nor do they hold each other up', async () => {
      const undo = api.setDefaultPolicy(half);
      const inWorker = new Promise<Seen>((resolve, reject) => {
        const worker = new Worker(outfile, { workerData: { policy: half } });
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', (code) => reject(new Error(`[testing] a worker ended before it answered, got exit code ${code}.`)));
      });
      expect(product()).toBe(format);
      undo();
      const here: string[] = [];
      const timer = setInterval(() => here.push(product()), 2);
      const { storages, value } = await inWorker.finally(() => clearInterval(timer));
      expect(storages).toEqual(['float32', format, 'float32']);
      expect(value).toBe(8);
      expect(here.length).toBeGreaterThan(0);
      expect(new Set(here)).toEqual(new Set(['float32']));
    });
  });
}
