import '@tensorflow/tfjs-backend-cpu';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explain } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { mixedPrecision } from '../../src/index.ts';
import { frozenGraph, loopGraphV1, loopGraphV2 } from '../graph-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
it('smoke', async () => {
  const x = tf.reshape(tf.linspace(-1, 1, 32 * 16), [32, 16]);
  const model = await frozenGraph();
  const plain = (model.predict(x) as tf.Tensor).arraySync();
  const m2 = mixedPrecision(await frozenGraph());
  const { result, kernels } = explain(() => m2.predict(x) as tf.Tensor);
  console.log(kernels.map((k) => `${k.kernelName} ${k.storageIn} -> ${k.storageOut} ${k.why}`).join('\n'));
  console.log(tf.max(tf.abs(tf.sub(result, plain))).dataSync());
  for (const draw of [loopGraphV1, loopGraphV2]) {
    const a = await draw();
    const y = (await a.executeAsync({ x })) as tf.Tensor;
    const m = mixedPrecision(await draw());
    const z = (await m.executeAsync({ x })) as tf.Tensor;
    console.log(draw.name, z.shape, tf.max(tf.abs(tf.sub(y, z))).dataSync()[0], tf.max(tf.abs(y)).dataSync()[0]);
  }
});
