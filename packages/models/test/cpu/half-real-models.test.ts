import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import { requireOrSkip, sharedData } from '@halftone/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadHalfGraphModel } from '../../src/files/load-half-graph.ts';
import { loadHalfLayersModel } from '../../src/files/load-half-layers.ts';
import type { ModelFolder } from '../../src/files/model-folder.ts';
import { saveHalf } from '../../src/files/save-half.ts';

const shared = await requireOrSkip('shared');
const real = (model: string): ModelFolder => ({
  read: async (path) => new Uint8Array(readFileSync(sharedData(`models/${model}/${path}`))),
});

/** What plain tfjs is given: the artifacts as its own file handlers would read them. */
function plainHandler(folder: ModelFolder): tf.io.IOHandler {
  const read = async (path: string): Promise<Uint8Array> => (await folder.read?.(path)) as Uint8Array;
  return {
    load: async () => {
      const { weightsManifest, ...rest } = JSON.parse(new TextDecoder().decode(await read('model.json'))) as tf.io.ModelJSON;
      const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths).map(read));
      return {
        ...rest,
        weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
        weightData: new Uint8Array(Buffer.concat(shards)).buffer,
      };
    },
  };
}

/** Bit for bit; vitest takes seconds for arrays of this size. */
function same(a: tf.Tensor | undefined, b: tf.Tensor | undefined): boolean {
  const [left, right] = [a?.dataSync(), b?.dataSync()] as [Float32Array, Float32Array];
  return (
    a?.dtype === b?.dtype &&
    Buffer.from(left.buffer, left.byteOffset, left.byteLength).equals(Buffer.from(right.buffer, right.byteOffset, right.byteLength))
  );
}

const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);

describe.skipIf(!shared.available)('real models in half', () => {
  beforeAll(() => tf.setBackend('wasm'));

  it('mobilenet_v2: half the bytes, opened in plain tfjs with predictions within 1e-3', async () => {
    const original = await layers.loadLayersModel(plainHandler(real('mobilenet_v2')));
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    const folder: ModelFolder = {
      read: async (path) => files.get(path) as Uint8Array,
      write: async (path, bytes) => void files.set(path, bytes),
    };
    const report = await saveHalf(original, folder);
    expect(report).toMatchObject({ overflow: 0, underflow: 0, nonFinite: 0 });
    expect(report.bytes / report.bytesBefore).toBeLessThan(0.52);
    expect(files.size).toBe(Math.ceil(report.bytes / 2 ** 22) + 1);

    const plain = await layers.loadLayersModel(plainHandler(folder));
    const ours = await loadHalfLayersModel(folder);
    let most = 0;
    for (const seed of [7, 8, 9]) {
      const input = tf.randomUniform([2, 224, 224, 3], 0, 1, 'float32', seed);
      const [before, after, again] = [original, plain, ours].map((model) =>
        tf.tidy(() => (model.predict(input) as tf.Tensor).dataSync() as Float32Array),
      );
      most = Math.max(most, farthest(after as Float32Array, before as Float32Array));
      expect(farthest(again as Float32Array, after as Float32Array)).toBe(0);
    }
    expect(most).toBeLessThanOrEqual(1e-3);
    process.stderr.write(
      `[models] mobilenet_v2: ${report.bytesBefore} bytes in float32, ${report.bytes} in half, predictions within ${most}\n`,
    );
    const all = await saveHalf(original, folder, { keepFloat32: [] }).catch((error: unknown) => error);
    expect(all).toMatchObject({ name: 'HalfRangeError', tensors: [{ range: { underflow: 1 } }, { range: { underflow: 1 } }] });
  });

  it('mobilenet_v2 with its uint8 weights loads as in plain tfjs', async () => {
    const plain = await layers.loadLayersModel(plainHandler(real('mobilenet_v2')));
    const ours = await loadHalfLayersModel(real('mobilenet_v2'));
    ours.weights.forEach((weight, i) => expect(same(weight.read(), plain.weights[i]?.read()), weight.name).toBe(true));
  });

  it.each(['centernet', 'selfie'])('%s: its float16 weights load as in plain tfjs, and stay half where that is stored', async (name) => {
    const plain = await loadGraphModel(plainHandler(real(name)));
    const ours = await loadHalfGraphModel(real(name));
    expect(Object.keys(ours.weights)).toEqual(Object.keys(plain.weights));
    for (const [weight, [tensor]] of Object.entries(ours.weights)) expect(same(tensor, plain.weights[weight]?.[0]), weight).toBe(true);
    const saved = new Map<string, Uint8Array<ArrayBuffer>>();
    const report = await saveHalf(plain, { write: async (path, bytes) => void saved.set(path, bytes) });
    expect(report.bytes).toBe(report.bytesBefore); // they are half already
    const written = Buffer.concat([...saved].filter(([path]) => path !== 'model.json').map(([, bytes]) => bytes));
    expect(written.equals(readFileSync(sharedData(`models/${name}/${name}.bin`)))).toBe(true);

    const plugin = await registerEmulated({ base: 'cpu' });
    await tf.setBackend(plugin.backendName);
    try {
      const half = await loadHalfGraphModel(real(name));
      let [halves, all] = [0, 0];
      for (const [tensor] of Object.values(half.weights)) {
        const { size, dtype } = tensor as tf.Tensor;
        if (dtype !== 'float32') continue;
        all += size;
        if (storageOf(tensor as tf.Tensor) === 'float16') halves += size;
      }
      expect(halves / all).toBeGreaterThan(0.9);
      half.dispose();
    } finally {
      await tf.setBackend('wasm');
      plugin.dispose();
    }
  });

  it('a graph without its shards is refused', async () => {
    await expect(loadHalfGraphModel(real('yolov8n-graph'))).rejects.toThrow(/shared data must exist/);
  });
});
