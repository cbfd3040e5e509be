import * as tf from '@tensorflow/tfjs-core';
import { pluginFor, storageOf } from '@halftone/autocast';
import { requireOrSkip } from '@halftone/testing';
import { expect, it } from 'vitest';
import { useNode } from '../../src/index.ts';

const { available } = await requireOrSkip('tensorflow');

it.skipIf(!available)('the plug-in takes codes as they are', async () => {
  const handle = await useNode();
  const plugin = pluginFor(handle.backendName);
  const info = plugin?.fromBits?.(Uint16Array.of(0x3c00, 0x0001, 0xfbff), [3], 'float16');
  const tensor = tf.engine().makeTensorFromTensorInfo(info as tf.TensorInfo);
  expect(storageOf(tensor)).toBe('float16');
  expect([...tensor.dataSync()]).toEqual([1, 2 ** -24, -65504]);
  tensor.dispose();
  handle.dispose();
});
