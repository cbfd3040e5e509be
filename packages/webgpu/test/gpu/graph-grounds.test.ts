import * as tf from '@tensorflow/tfjs-core';
import { autocast } from '@halftone/autocast';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());

const scatter = (places: number[][], values: number[]): tf.Tensor => tf.sparseToDense(places, values, [2, 3], tf.scalar(7));

/** The ground is a number from the host: nothing but the scatter reads it, and tfjs may compute it on the host. */
describe.each([true, false])('a scatter onto a ground that is computed, small kernels on the host: %s', (onHost) => {
  it.each(['float32', 'float16', 'bfloat16'])('puts values and keeps the rest, in %s', async (policy) => {
    tf.env().set('WEBGPU_CPU_FORWARD', onHost);
    const [several, one] = tf.tidy(() =>
      autocast(policy, () => [
        scatter(
          [
            [0, 1],
            [1, 2],
          ],
          [5, 6],
        ),
        scatter([[1, 0]], [4]),
      ]),
    ) as [tf.Tensor, tf.Tensor];
    expect([...(await several.data())]).toEqual([7, 5, 7, 7, 7, 6]);
    expect([...(await one.data())]).toEqual([7, 7, 7, 4, 7, 7]);
    tf.dispose([several, one]);
  });
});
