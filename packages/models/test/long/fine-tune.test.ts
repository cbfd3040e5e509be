import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { requireOrSkip } from '@halftone/testing';
import { freezeLayers, mixedPrecision, removeMixedPrecision, saveHalf, summarizeModel } from '../../src/index.ts';
import { accuracyOf, cellModel, cells, learn } from '../cell-model.ts';

const shared = await requireOrSkip('shared');

/** Opens a folder as plain tfjs does, which knows nothing of us. */
async function openPlain(files: ReadonlyMap<string, Uint8Array>): Promise<tfl.LayersModel> {
  const { weightsManifest, ...rest } = JSON.parse(new TextDecoder().decode(files.get('model.json'))) as tf.io.ModelJSON;
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => files.get(path) as Uint8Array);
  return tfl.loadLayersModel({
    load: async () => ({
      ...rest,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: new Uint8Array(Buffer.concat(shards)).buffer,
    }),
  });
}

describe.skipIf(!shared.available)('MobileNetV2 learns three kinds of blood cells', () => {
  let handle: EmulatedHandle;
  beforeAll(async () => {
    handle = await useEmulated({ base: 'wasm' });
  });
  afterAll(() => handle?.dispose());

  it('a new head in mixed_float16 knows 300 unseen cells as well as in float32, over a base of half the bytes', async () => {
    const [train, heldOut] = [cells('train', 48), cells('held-out', 100)];
    const trained = async (policy: string): Promise<{ readonly model: tfl.LayersModel; readonly accuracy: number }> => {
      const { base, model } = await cellModel();
      freezeLayers(base);
      mixedPrecision(model, policy);
      await learn(model, { ...train, epochs: 3, rate: 0.01 });
      return { model, accuracy: await accuracyOf(model, heldOut) };
    };
    const plain = await trained('float32');
    plain.model.dispose();
    const { model, accuracy } = await trained('mixed_float16');
    expect(plain.accuracy, 'it is a base worth having').toBeGreaterThan(0.88);
    expect(accuracy).toBeGreaterThanOrEqual(plain.accuracy - 0.01);

    const frozen = summarizeModel(model).layers.filter(({ path }) => path !== 'cells');
    const [now, wide] = (['bytesNow', 'bytesFloat32'] as const).map((key) => frozen.reduce((sum, layer) => sum + layer[key], 0));
    const share = (now as number) / (wide as number);
    expect(share, 'of the float32 bytes of the base').toBeLessThanOrEqual(0.55);

    const x = tf.slice(heldOut.x, [0, 0, 0, 0], [24, -1, -1, -1]);
    const halfPredictions = (model.predict(x) as Tensor).dataSync();
    const files = new Map<string, Uint8Array<ArrayBuffer>>();
    const report = await saveHalf(model, { write: async (path, bytes) => void files.set(path, bytes) });
    expect(report.bytes / report.bytesBefore).toBeLessThan(0.52);
    const predictions = (removeMixedPrecision(model).predict(x) as Tensor).dataSync();
    await tf.setBackend('wasm');
    const opened = (await openPlain(files)).predict(x) as Tensor;
    const values = opened.dataSync();
    await tf.setBackend(handle.backendName);
    const [inFloat32, inHalf] = [farthest(values, predictions), farthest(values, halfPredictions)];
    expect(inFloat32, 'plain tfjs gives what the model gives').toBeLessThanOrEqual(1e-3);
    expect(inHalf, 'and computing in half is near').toBeLessThan(1e-2);
    process.stderr.write(
      `[models] blood cells: ${plain.accuracy} in float32, ${accuracy} in mixed_float16; base ${share} of its bytes; ` +
        `plain tfjs within ${inFloat32} of the model in float32, ${inHalf} of the model in half\n`,
    );
  }, 300_000);
});

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
