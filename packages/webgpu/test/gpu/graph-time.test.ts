import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import { currentBackend } from './graph-device.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());

const SIZE = 384;
const heavy = (x: tf.Tensor2D): tf.Tensor => tf.matMul(x, x);
const kernelMs = async (work: () => unknown): Promise<number> => {
  const { kernelMs: ms, wallMs } = await tf.time(() => void work());
  expect(ms).toBeLessThanOrEqual(wallMs);
  return ms as number;
};

describe('tf.time on recorded work', () => {
  it('counts the kernels that it asks for, fused as they run', async () => {
    const x = tf.ones([SIZE, SIZE]) as tf.Tensor2D;
    expect(await kernelMs(() => tf.add(tf.square(x), 1))).toBeGreaterThan(0);
    tf.dispose(x);
  });

  it('counts work whose result is thrown away', async () => {
    const x = tf.ones([SIZE, SIZE]) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    expect(await kernelMs(() => tf.tidy(() => void heavy(x)))).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('does not count what waited before it', async () => {
    const x = tf.ones([SIZE, SIZE]) as tf.Tensor2D;
    const waiting = heavy(x);
    const spans = vi.spyOn(currentBackend().device, 'createQuerySet'); // one for each pass that is timed
    expect(await kernelMs(() => tf.tidy(() => void tf.square(tf.ones([4]))))).toBeGreaterThan(0);
    expect(spans).toHaveBeenCalledTimes(1);
    spans.mockRestore();
    tf.dispose([x, waiting]);
  });

  it('counts spans inside a span', async () => {
    const x = tf.ones([SIZE, SIZE]) as tf.Tensor2D;
    let inner = Promise.resolve(Infinity);
    const outer = await kernelMs(() => {
      tf.dispose(tf.square(x));
      inner = kernelMs(() => tf.dispose(heavy(x)));
    });
    expect(outer).toBeGreaterThanOrEqual(await inner);
    x.dispose();
  });

  it('tells tf.profile the time of each kernel', async () => {
    const x = tf.ones([SIZE, SIZE]) as tf.Tensor2D;
    const { kernels } = await tf.profile(() => tf.tidy(() => tf.relu(heavy(x))));
    const times = await Promise.all(
      kernels.map(({ name, kernelTimeMs }) => Promise.resolve(kernelTimeMs).then((ms) => [name, ms] as const)),
    );
    expect(times.map(([name]) => name)).toEqual(['BatchMatMul', 'Relu']);
    for (const [, ms] of times) expect(ms).toBeGreaterThan(0);
    x.dispose();
  });
});
