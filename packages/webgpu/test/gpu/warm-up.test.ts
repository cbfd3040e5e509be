import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());

const work = (): tf.Tensor => tf.tidy(() => tf.softmax(tf.matMul(tf.ones([33, 40]), tf.ones([40, 20]))));

it('compiles ahead with progress, and the same work then finds its plan', async () => {
  const seen: number[] = [];
  const before = handle.graphStatistics()?.planned ?? -1;
  const first = await handle.warmUp(work, { onProgress: (done, total) => seen.push(done / total) });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
  const second = work();
  expect([...(await second.data())]).toEqual([...(await first.data())]);
  const after = handle.graphStatistics();
  expect(after?.planned).toBe(before + 1);
  expect(after?.replayedDispatches).toBeGreaterThan(0);
  tf.dispose([first, second]);
});

it('refuses a function that returns a Promise', async () => {
  await expect(handle.warmUp(async () => work())).rejects.toThrow(/\[webgpu\] warmUp needs a synchronous function/);
});

it('variables that outlive their plug-in can be disposed', async () => {
  const previous = tf.getBackend();
  const gone = await useWebGPU({ backendName: 'gone-with-variables' });
  const variable = tf.tidy(() => tf.variable(tf.matMul(tf.ones([16, 16]), tf.ones([16, 16]))));
  await variable.data();
  gone.dispose();
  expect(() => variable.dispose()).not.toThrow();
  await tf.setBackend(previous);
});
