import { gzipSync } from 'node:zlib';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { leakCheck } from '@halftone/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildLayers } from '../../src/files/build-layers.ts';
import { giveWeights } from '../../src/files/graph-weights.ts';
import { loadHalfGraphModel } from '../../src/files/load-half-graph.ts';
import { loadHalfLayersModel } from '../../src/files/load-half-layers.ts';
import type { LoadHalfOptions } from '../../src/files/load-options.ts';
import { ModelFileError } from '../../src/bytes/model-file-error.ts';
import type { ModelFolder } from '../../src/files/model-folder.ts';
import { saveHalf } from '../../src/files/save-half.ts';
import { drawnGraph } from './drawn-graph.ts';

type Files = Map<string, Uint8Array<ArrayBuffer>>;
type Json = Record<string, unknown> & {
  weightsManifest: { paths: unknown[]; weights: Record<string, unknown>[] }[];
  modelTopology: Record<string, unknown>;
};

const files: Files = new Map();
const encoder = new TextEncoder();
let text = '';

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = layers.sequential({
    layers: [layers.layers.dense({ units: 4, inputShape: [6], name: 'first' }), layers.layers.dense({ units: 3, name: 'last' })],
  });
  await saveHalf(model, { write: async (path, bytes) => void files.set(path, bytes) }, { shardBytes: 40 });
  model.dispose();
  text = new TextDecoder().decode(files.get('model.json'));
});

/** Loads the saved model with some of its files replaced; files that are not there fail as a missing file does. */
function load(
  changed: Record<string, Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>>,
  options?: LoadHalfOptions,
): Promise<layers.LayersModel> {
  const folder: ModelFolder = {
    read: async (path) => {
      const found = Object.hasOwn(changed, path) ? changed[path] : files.get(path);
      if (found === undefined) throw new Error(`no file ${path}`);
      return found;
    },
  };
  return loadHalfLayersModel(folder, options);
}

const edited = (edit: (json: Json) => void): Uint8Array<ArrayBuffer> => {
  const json = JSON.parse(text) as Json;
  edit(json);
  return encoder.encode(JSON.stringify(json));
};
const first = (json: Json): Record<string, unknown> => json.weightsManifest[0]?.weights[0] as Record<string, unknown>;

describe('a damaged model file is refused by a ModelFileError and leaves no tensor', () => {
  it('with a weight file cut short or too long', async () => {
    const shard = files.get('group1-shard2of3.bin') as Uint8Array<ArrayBuffer>;
    await leakCheck(tf, async () => {
      for (let length = 0; length < shard.length; length++) {
        await expect(load({ 'group1-shard2of3.bin': shard.subarray(0, length) }), `${length}`).rejects.toThrow(/cut short/);
      }
      await expect(load({ 'group1-shard3of3.bin': new Uint8Array(100) })).rejects.toThrow(/must end with its last tensor/);
    });
  });

  it('with a model.json cut short', async () => {
    const json = encoder.encode(text);
    for (let length = 0; length < json.length; length += 13) {
      await expect(load({ 'model.json': json.subarray(0, length) })).rejects.toThrow(/model.json must be JSON, got \d+ bytes/);
    }
    await expect(load({ 'model.json': new Uint8Array([0xff, 0xfe]) })).rejects.toThrow(ModelFileError);
  });

  it('with flipped bits in model.json: refused, or loaded with every weight of the model', async () => {
    const json = encoder.encode(text);
    await leakCheck(tf, () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.nat(json.length - 1), fc.nat(7)), { minLength: 1, maxLength: 3 }), async (flips) => {
          const copy = json.slice();
          for (const [at, bit] of flips) copy[at] = (copy[at] as number) ^ (1 << bit);
          try {
            const model = await load({ 'model.json': copy });
            expect(model.countParams()).toBe(43);
            model.dispose();
          } catch (error) {
            if (!(error as Error).message.startsWith('no file')) expect(error).toBeInstanceOf(ModelFileError);
          }
        }),
        { seed: 5, numRuns: 300 },
      ),
    );
  });

  it('with hostile JSON anywhere in it', async () => {
    const hostile = fc.oneof(
      fc.json().map((one) => JSON.parse(one) as unknown),
      fc.constantFrom(null, -1, 2 ** 60, '__proto__', [], {}, 1e308, 'x'.repeat(1000)),
    );
    const paths: ((json: Json, value: unknown) => void)[] = [
      (json, value) => (json['weightsManifest'] = value as never),
      (json, value) => (json['modelTopology'] = value as never),
      (json, value) => (json.weightsManifest[0] = value as never),
      (json, value) => ((json.weightsManifest[0] as { paths: unknown }).paths = value),
      (json, value) => ((json.weightsManifest[0] as { weights: unknown }).weights = value),
      ...['name', 'shape', 'dtype', 'quantization', 'group'].map((key) => (json: Json, value: unknown) => void (first(json)[key] = value)),
      (json, value) => (first(json)['quantization'] = { dtype: 'uint8', scale: value, min: 0 }),
      (json, value) => (json.modelTopology['config'] = value),
      (json, value) => (json['userDefinedMetadata'] = value as never),
    ];
    await leakCheck(tf, () =>
      fc.assert(
        fc.asyncProperty(fc.nat(paths.length - 1), hostile, async (which, value) => {
          const json = edited((one) => void paths[which]?.(one, value));
          try {
            const model = await load({ 'model.json': json });
            expect(model.countParams()).toBe(43);
            model.dispose();
          } catch (error) {
            expect(error).toBeInstanceOf(ModelFileError);
          }
        }),
        { seed: 6, numRuns: 300 },
      ),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('a hostile model file is refused with the reason', () => {
  it.each<[string, (json: Json) => void, RegExp]>([
    [
      'shards upwards',
      (json) => (json.weightsManifest[0]!.paths = ['../../etc/passwd']),
      /must stay in the folder of model.json, got "\.\.\/\.\.\/etc\/passwd"/,
    ],
    ['shards of another origin', (json) => (json.weightsManifest[0]!.paths = ['https://evil.example/w.bin']), /must stay in the folder/],
    [
      'a huge shape',
      (json) => (first(json)['shape'] = [2 ** 20, 2 ** 20]),
      /weight "first\/kernel" may have 2147483640 bytes, got \[1048576,1048576\]/,
    ],
    ['a shape beyond numbers', (json) => (first(json)['shape'] = Array.from({ length: 40 }, () => 2 ** 30)), /may have 2147483640 bytes/],
    ['a huge length times zero', (json) => (first(json)['shape'] = [2 ** 52, 0]), /may have 2147483640 bytes/],
    ['a negative length', (json) => (first(json)['shape'] = [-6, -4]), /at most 64 whole numbers must be the shape/],
    ['another shape', (json) => (first(json)['shape'] = [4, 6]), /weight "first\/kernel" must have the shape \[6,4\], got \[4,6\]/],
    [
      'a weight of another model',
      (json) => (first(json)['name'] = 'other/kernel'),
      /a weight must belong to the model, got "other\/kernel"/,
    ],
    [
      'missing weights',
      (json) => void json.weightsManifest.splice(0),
      /must have every weight of the model, got none for "first\/kernel", "first\/bias"/,
    ],
    ['metadata that is none', (json) => (json['userDefinedMetadata'] = [1]), /tfjs must be able to build the layers/],
    [
      'a weight twice',
      (json) => (json.weightsManifest[0]!.weights[1]!['name'] = 'first/kernel'),
      /a name of its own, got "first\/kernel" twice/,
    ],
    [
      'a weight twice over groups',
      (json) => void json.weightsManifest.push(structuredClone(json.weightsManifest[0]!)),
      /a name of its own/,
    ],
    ['the name of the prototype', (json) => (first(json)['name'] = '__proto__'), /may not have the name of the prototype/],
    ['an unknown dtype', (json) => (first(json)['dtype'] = 'float16'), /must be the dtype of weight "first\/kernel", got "float16"/],
    [
      'another dtype',
      (json) => Object.assign(first(json), { dtype: 'int32', quantization: { dtype: 'uint16', scale: 1, min: 0 } }),
      /weight "first\/kernel" must be float32, got int32/,
    ],
    ['an unknown quantization', (json) => (first(json)['quantization'] = { dtype: 'toString' }), /must be the quantization of weight/],
    [
      'a scale that is no number',
      (json) => (first(json)['quantization'] = { dtype: 'uint8', scale: null, min: 0 }),
      /finite numbers must be the scale and min/,
    ],
    ['float16 of integers', (json) => (first(json)['dtype'] = 'int32'), /float32 must be what float16 was made from/],
    ['no manifest', (json) => void delete (json as Partial<Json>).weightsManifest, /must have a weightsManifest/],
    ['no topology', (json) => void delete (json as Partial<Json>).modelTopology, /a model must have a modelTopology of JSON/],
    [
      'an unknown layer class',
      (json) => ((json.modelTopology['config'] as { layers: { class_name: string }[] }).layers[0]!.class_name = 'Evil'),
      /tfjs must be able to build the layers.*registerClass/s,
    ],
  ])('%s', async (_, edit, words) => {
    await expect(load({ 'model.json': edited(edit) })).rejects.toThrow(words);
    await expect(load({ 'model.json': edited(edit) })).rejects.toThrow(ModelFileError);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('a key named %s, however deep', async (key) => {
    const json = text.replace('"modelTopology":{', `"modelTopology":{"deep":[{"${key}":{"polluted":true}}],`);
    await expect(load({ 'model.json': encoder.encode(json) })).rejects.toThrow(/may not have keys of the prototype/);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('nesting without end, before tfjs recurses into it', async () => {
    const deep = text.replace('"modelTopology":{', `"modelTopology":{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)},`);
    await expect(load({ 'model.json': encoder.encode(deep) })).rejects.toThrow(/may nest 256 deep.*limits.jsonDepth/);
  });

  it('a million weights', async () => {
    const json = edited(
      (one) =>
        (one.weightsManifest[0]!.weights = Array.from({ length: 1_000_000 }, (_, i) => ({ name: `${i}`, shape: [], dtype: 'bool' }))),
    );
    await expect(load({ 'model.json': json })).rejects.toThrow(/a file may name 200000 tensors, got 1000000/);
  });

  it('a model.json without end, and a gzip bomb of weights: both are let go at the limit', async () => {
    let produced = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        produced += 65536;
        controller.enqueue(new Uint8Array(65536).fill(0x20));
      },
    });
    await expect(load({ 'model.json': endless }, { limits: { headerBytes: 1 << 20 } })).rejects.toThrow(
      /model.json may have 1048576 bytes/,
    );
    expect(produced).toBeLessThan(2 << 20);
    const bomb = new Blob([gzipSync(Buffer.alloc(64 << 20))]).stream();
    let inflated = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        inflated += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const stream = bomb
      .pipeThrough(new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>)
      .pipeThrough(counted);
    await expect(load({ 'group1-shard3of3.bin': stream })).rejects.toThrow(/must end with its last tensor/);
    expect(inflated).toBeLessThan(4 << 20);
  });

  it.each<[object, RegExp]>([
    [{ headerBytes: 100 }, /model.json may have 100 bytes/],
    [{ tensors: 3 }, /may name 3 tensors, got 4/],
    [{ tensorBytes: 95 }, /"first\/kernel" may have 95 bytes/],
    [{ totalBytes: 85 }, /may have 85 bytes of tensors, got 86/],
    [{ rank: 1 }, /at most 1 whole numbers/],
    [{ jsonDepth: 3 }, /may nest 3 deep/],
  ])('the limit %o', async (limits, words) => {
    await expect(load({}, { limits })).rejects.toThrow(words);
    (await load({}, { limits: { tensors: 4, totalBytes: 86, tensorBytes: 96, rank: 2 } })).dispose();
  });

  it('text weights that promise more than there is', async () => {
    const artifacts = (await (await drawnGraph()).handler.load?.()) as tf.io.ModelArtifacts;
    const loader = (weightData: ArrayBuffer, limits = {}): Promise<unknown> =>
      loadHalfGraphModel(
        {
          load: async () => ({
            ...artifacts,
            weightSpecs: [{ name: 't', shape: [1], dtype: 'string' }, ...(artifacts.weightSpecs ?? [])],
            weightData,
          }),
        },
        { limits },
      );
    await expect(loader(new Uint32Array([2 ** 31]).buffer)).rejects.toThrow(/weight "t" may have 2147483640 bytes, got 2147483648/);
    await expect(loader(new Uint32Array([2 ** 30]).buffer)).rejects.toThrow(/weight "t" needs 1073741824 bytes, got only 0/);
  });
});

it('initial weights are zeros that nobody drew, and later models draw theirs as before, also after a build that failed', async () => {
  const model = layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [3], kernelInitializer: 'ones' })] });
  const saved: Files = new Map();
  await saveHalf(model, { write: async (path, bytes) => void saved.set(path, bytes) });
  const json = JSON.parse(new TextDecoder().decode(saved.get('model.json'))) as Json;
  const built = await buildLayers({ modelTopology: json.modelTopology });
  expect([...(built.getWeights()[0]?.dataSync() ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(built.getClassName()).toBe('Sequential');
  expect(built.toJSON(null, false)).toEqual(model.toJSON(null, false));
  (json.modelTopology['config'] as { layers: unknown[] }).layers.push({ class_name: 'Evil', config: {} });
  await expect(buildLayers({ modelTopology: json.modelTopology })).rejects.toThrow(ModelFileError);
  const plain = await layers.loadLayersModel({ load: async () => ({ modelTopology: model.toJSON(null, false) as object }) });
  expect([...(plain.getWeights()[0]?.dataSync() ?? [])]).toEqual([1, 1, 1, 1, 1, 1]);
});

it('an executor that keeps weights in another way is said to be of another version', () => {
  expect(() => giveWeights({ weights: {} } as never, {})).toThrow(/tfjs-converter keeps weights in another way.*>=4.22 <5/);
});
