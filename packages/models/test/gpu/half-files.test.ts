import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { decode } from '@halftone/float16';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelFolder } from '../../src/index.ts';
import { loadHalfLayersModel, saveHalf, toTensors } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle.dispose());

const physicalBytes = (): number => (tf.memory() as unknown as { physicalBytes: number }).physicalBytes;

it.each(['float16', 'bfloat16'] as const)(
  'codes of %s go up as they are: every code comes back, subnormals and an odd count too',
  async (format) => {
    const bits = Uint16Array.from({ length: 65535 }, (_, code) => code);
    const dtype = format === 'float16' ? 'F16' : 'BF16';
    const { w } = await toTensors({ metadata: {}, tensors: [{ name: 'w', dtype, shape: [65535], bits }] });
    expect(storageOf(w as tf.Tensor)).toBe(format);
    const values = (await w?.data()) as Float32Array;
    const expected = decode(bits, format);
    expect(new Uint32Array(values.slice().buffer)).toEqual(new Uint32Array(expected.buffer));
    w?.dispose();
  },
);

it('a model loads into half the bytes of the device, never with its float32 weights there', async () => {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const folder: ModelFolder = {
    read: async (path) => files.get(path) as Uint8Array,
    write: async (path, bytes) => void files.set(path, bytes),
  };
  const dense = (units: number): ReturnType<typeof layers.layers.dense> =>
    layers.layers.dense({ units, useBias: false, inputShape: [512], kernelInitializer: layers.initializers.glorotNormal({ seed: 3 }) });
  const model = layers.sequential({ layers: [dense(512), dense(512), dense(10)] });
  const x = tf.randomNormal([4, 512], 0, 1, 'float32', 1);
  const before = (await (model.predict(x) as tf.Tensor).data()) as Float32Array;
  await saveHalf(model, folder, { allow: { underflow: true } });
  model.dispose();
  const start = physicalBytes();
  const loaded = await loadHalfLayersModel(folder);
  expect(loaded.weights.map((weight) => storageOf(weight.read()))).toEqual(['float16', 'float16', 'float16']);
  expect(physicalBytes() - start).toBeLessThan(1.1 * 2 * (512 * 512 * 2 + 5120));
  const after = (await (loaded.predict(x) as tf.Tensor).data()) as Float32Array;
  after.forEach((value, i) => expect(Math.abs(value - (before[i] as number))).toBeLessThan(2e-2));
  loaded.dispose();
  x.dispose();
});
