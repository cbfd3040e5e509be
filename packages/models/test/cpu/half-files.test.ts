import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import { leakCheck } from '@halftone/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadHalfGraphModel } from '../../src/files/load-half-graph.ts';
import { loadHalfLayersModel } from '../../src/files/load-half-layers.ts';
import type { ModelFolder } from '../../src/files/model-folder.ts';
import { savedPolicy, saveHalf } from '../../src/files/save-half.ts';
import { mixedPrecision } from '../../src/index.ts';
import { drawnGraph } from './drawn-graph.ts';

type Files = Map<string, Uint8Array<ArrayBuffer>>;
const folderOf = (files: Files): Required<ModelFolder> => ({
  read: async (path) => files.get(path) as Uint8Array,
  write: async (path, bytes) => void files.set(path, bytes),
});
const memory = (): { handler: tf.io.IOHandler; saved: () => tf.io.ModelArtifacts } => {
  let saved: tf.io.ModelArtifacts | undefined;
  return {
    handler: {
      save: async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
      load: async () => saved as tf.io.ModelArtifacts,
    },
    saved: () => saved as tf.io.ModelArtifacts,
  };
};

function drawnModel(): layers.Sequential {
  return layers.sequential({
    layers: [
      layers.layers.conv2d({
        filters: 32,
        kernelSize: 3,
        inputShape: [8, 8, 4],
        kernelInitializer: layers.initializers.glorotNormal({ seed: 1 }),
      }),
      layers.layers.batchNormalization(),
      layers.layers.flatten(),
      layers.layers.dense({ units: 10, kernelInitializer: layers.initializers.glorotNormal({ seed: 2 }), activation: 'softmax' }),
    ],
  });
}

const input = (): tf.Tensor => tf.randomUniform([2, 8, 8, 4], 0, 1, 'float32', 3);
const predictions = (model: { predict(x: tf.Tensor): tf.Tensor | tf.Tensor[] | tf.NamedTensorMap }): Float32Array =>
  tf.tidy(() => (model.predict(input()) as tf.Tensor).dataSync() as Float32Array);

beforeEach(() => tf.setBackend('cpu'));

describe('a Layers model saved in half', () => {
  it('opens in plain tfjs with the weights rounded to float16 and half the bytes', async () => {
    const model = drawnModel();
    const { handler, saved } = memory();
    const report = await saveHalf(model, handler, { keepFloat32: [] });
    expect(report.bytes).toBe(report.bytesBefore / 2);
    expect((saved().weightData as ArrayBuffer).byteLength).toBe(report.bytes);
    const opened = await layers.loadLayersModel(handler);
    const { round } = await import('@halftone/float16');
    opened.getWeights().forEach((weight, i) => {
      expect(weight.dataSync()).toEqual(round(model.getWeights()[i]?.dataSync() as Float32Array, 'float16'));
    });
    const [ours, theirs] = [predictions(model), predictions(opened)];
    ours.forEach((value, i) => expect(Math.abs(value - (theirs[i] as number))).toBeLessThan(1e-3));
  });

  it('keeps the weights of normalizations in float32 unless told otherwise', async () => {
    const { weights } = await saveHalf(drawnModel(), memory().handler);
    const kept = weights.filter(({ stored }) => stored === 'float32').map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
    expect(kept.sort()).toEqual(['beta', 'gamma', 'moving_mean', 'moving_variance']);
    expect(weights.filter(({ stored }) => stored === 'float16').length).toBe(4);
  });

  it('opens in our loader bit for bit as in plain tfjs, and in half storage on a backend that has it', async () => {
    const model = drawnModel();
    const { handler } = memory();
    await saveHalf(model, handler);
    const plain = await layers.loadLayersModel(handler);
    const ours = await loadHalfLayersModel(handler);
    ours.getWeights().forEach((weight, i) => expect(weight.dataSync()).toEqual(plain.getWeights()[i]?.dataSync()));
    expect(ours.name).toBe(plain.name);

    const plugin = await registerEmulated({ base: 'cpu' });
    await tf.setBackend(plugin.backendName);
    try {
      const half = await loadHalfLayersModel(handler);
      expect(half.weights.map((weight) => storageOf(weight.read()))).toEqual(
        half.weights.map(({ shape }) => (tf.util.sizeFromShape(shape as number[]) < 256 ? 'float32' : 'float16')),
      );
      half.getWeights().forEach((weight, i) => expect(weight.dataSync()).toEqual(plain.getWeights()[i]?.dataSync()));
      const wide = await loadHalfLayersModel(handler, { storage: 'float32' });
      expect(new Set(wide.weights.map((weight) => storageOf(weight.read())))).toEqual(new Set(['float32']));
      const narrower = await loadHalfLayersModel(handler, { storage: 'bfloat16', allow: { underflow: true } });
      expect(narrower.weights.map((weight) => storageOf(weight.read()))).toContain('bfloat16');
    } finally {
      await tf.setBackend('cpu');
      plugin.dispose();
    }
  });

  it('in bfloat16 opens with us alone: plain tfjs refuses it by name', async () => {
    const model = drawnModel();
    const { handler } = memory();
    await saveHalf(model, handler, { format: 'bfloat16', policy: 'mixed_bfloat16', keepFloat32: [] });
    await expect(layers.loadLayersModel(handler)).rejects.toThrow(/unknown quantization dtype bfloat16/);
    const opened = await loadHalfLayersModel(handler);
    const { round } = await import('@halftone/float16');
    opened.getWeights().forEach((weight, i) => {
      expect(weight.dataSync()).toEqual(round(model.getWeights()[i]?.dataSync() as Float32Array, 'bfloat16'));
    });
    expect(savedPolicy(opened)?.name).toBe('mixed_bfloat16');
  });

  it('keeps the metadata that was there and adds the policy', async () => {
    const model = drawnModel();
    model.setUserDefinedMetadata({ labels: ['a', 'b'] });
    const { handler, saved } = memory();
    await saveHalf(model, handler, { policy: 'mixed_float16,deny=Tanh' });
    expect(saved().userDefinedMetadata).toEqual({
      labels: ['a', 'b'],
      halftone: { version: 1, format: 'float16', policy: 'mixed_float16,deny=Tanh' },
    });
    expect(savedPolicy(await layers.loadLayersModel(handler))?.ops).toEqual({ Tanh: 'deny' });
    expect(savedPolicy(model)).toBeNull();
  });

  it('names the policy of a model in mixed precision by itself', async () => {
    const { handler } = memory();
    await saveHalf(mixedPrecision(drawnModel(), 'mixed_bfloat16'), handler);
    expect(savedPolicy(await layers.loadLayersModel(handler))?.name).toBe('mixed_bfloat16');
  });

  it('writes nothing when a weight does not fit', async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [2], name: 'wide' })] });
    model.setWeights([tf.tensor2d([[1e6], [1]]), tf.tensor1d([NaN])]);
    const files: Files = new Map();
    const { handler, saved } = memory();
    for (const target of [folderOf(files), handler]) {
      await expect(saveHalf(model, target)).rejects.toThrow(
        /2 weights do not fit float16, got "wide\/kernel" \(1 overflow.*"wide\/bias" \(1 NaN\)/,
      );
    }
    expect(files.size).toBe(0);
    expect(saved()).toBeUndefined();
    const report = await saveHalf(model, folderOf(files), { keepFloat32: ['wide/kernel'], allow: { nonFinite: true } });
    expect(report.weights.map(({ stored }) => stored)).toEqual(['float32', 'float16']);
  });

  it('is cut into shards in a folder, model.json last, which plain tfjs and ours both read over HTTP', async () => {
    const model = drawnModel();
    const folder = await mkdtemp(join(tmpdir(), 'halftone-'));
    const order: string[] = [];
    const report = await saveHalf(
      model,
      {
        write: async (path, bytes) => {
          order.push(path);
          await writeFile(join(folder, path), bytes);
        },
      },
      { shardBytes: 1001 },
    );
    expect(order.length).toBe(Math.ceil(report.bytes / 1001) + 1);
    expect(order.at(-1)).toBe('model.json');
    const server = createServer((request, response) => {
      const { pathname, search } = new URL(request.url as string, 'http://localhost');
      if (search !== '?token=1') return void response.writeHead(403).end();
      readFile(join(folder, pathname.replace('/models/', ''))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/model.json?token=1`;
    try {
      const [plain, ours] = [await layers.loadLayersModel(url), await loadHalfLayersModel(url)];
      expect(predictions(ours)).toEqual(predictions(plain));
      await rm(join(folder, order[1] as string));
      await expect(loadHalfLayersModel(url)).rejects.toThrow(/group1-shard2of\d+\.bin must be there, got HTTP status 404/);
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  });

  it('leaves no tensor behind, saved or loaded, well or badly', async () => {
    const model = drawnModel();
    const { handler } = memory();
    await leakCheck(tf, async () => {
      await saveHalf(model, handler);
      (await loadHalfLayersModel(handler)).dispose();
      await expect(
        loadHalfLayersModel({
          load: async () => ({ ...(await handler.load?.()), weightData: new ArrayBuffer(8) }) as tf.io.ModelArtifacts,
        }),
      ).rejects.toThrow(/cut short/);
    });
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a target that is none', () => saveHalf(drawnModel(), {}), /a target must have save\(\) or write\(\), got neither/],
    ['an unknown scheme to write', () => saveHalf(drawnModel(), 'ftp://x'), /one IO handler of tfjs takes, got ftp:/],
    ['an unknown scheme to read', () => loadHalfLayersModel('ftp://x'), /one IO handler of tfjs takes, got ftp:/],
    ['shards through a handler', () => saveHalf(drawnModel(), memory().handler, { shardBytes: 5 }), /shardBytes needs a folder/],
    [
      'shards of no bytes',
      () => saveHalf(drawnModel(), folderOf(new Map()), { shardBytes: 0 }),
      /shardBytes must be a whole number above 0/,
    ],
    ['an unknown policy', () => saveHalf(drawnModel(), folderOf(new Map()), { policy: 'mixed_float' }), /mixed_float/],
    ['a source that is none', () => loadHalfLayersModel({}), /must come from a URL, load\(\) or read\(\), got neither/],
    ['a relative URL without a page', () => loadHalfLayersModel('model.json'), /must be a whole URL, got model.json/],
    [
      'a folder of files that are no bytes',
      () => loadHalfLayersModel({ read: async () => 'text' as unknown as Uint8Array }),
      /must give bytes or a ReadableStream/,
    ],
    ['a graph', async () => loadHalfLayersModel((await drawnGraph()).handler), /tfjs must be able to build the layers/],
  ])('refuses %s', async (_, work, words) => {
    await expect(work()).rejects.toThrow(words);
  });

  it('refuses a storage that the backend lacks, or that is none, before a weight is read', async () => {
    const { handler } = memory();
    await saveHalf(drawnModel(), handler);
    await expect(loadHalfLayersModel(handler, { storage: 'float16' })).rejects.toThrow(
      /needs a backend that stores it, got cpu.*useWebGPU\(\)/,
    );
    await expect(loadHalfLayersModel(handler, { storage: 'half' as 'float16' })).rejects.toThrow(/storage must be 'as stored'/);
  });
});

describe('a Graph model saved in half', () => {
  it('opens in plain tfjs and in ours, in half storage where the backend has it, and can be saved again', async () => {
    const { handler, run } = await drawnGraph();
    const original = await loadGraphModel(handler);
    const { handler: half } = memory();
    const report = await saveHalf(original, half);
    expect(report.weights.find(({ name }) => name === 'kernel')).toMatchObject({ stored: 'float16', bytes: 2048 });
    const plain = await loadGraphModel(half);
    const ours = await loadHalfGraphModel(half);
    expect(run(ours)).toEqual(run(plain));
    run(original).forEach((value, i) => expect(Math.abs(value - (run(plain)[i] as number))).toBeLessThan(1e-2));
    expect(run(ours)).toEqual(run(plain)); // the weights are still there
    const later = (await ours.executeAsync({ x: tf.ones([1, 16]) })) as tf.Tensor;
    expect(later.shape).toEqual([1, 64]);
    expect(run(ours)).toEqual(run(plain));

    const again = memory();
    await saveHalf(ours, again.handler);
    expect(run(await loadGraphModel(again.handler))).toEqual(run(plain));

    const plugin = await registerEmulated({ base: 'cpu' });
    await tf.setBackend(plugin.backendName);
    try {
      const stored = await loadHalfGraphModel(half);
      expect(storageOf(stored.weights['kernel']?.[0] as tf.Tensor)).toBe('float16');
      expect(run(stored)).toEqual(run(plain));
      stored.dispose();
    } finally {
      await tf.setBackend('cpu');
      plugin.dispose();
    }
  });

  it("says that tfjs's own save has no weights to write", async () => {
    const { handler } = await drawnGraph();
    const ours = await loadHalfGraphModel(handler);
    const touching: tf.io.IOHandler = {
      save: async ({ weightData }) => ({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON', weightDataBytes: (weightData as ArrayBuffer).byteLength },
      }),
    };
    await expect(ours.save(touching)).rejects.toThrow(/has no weight file to save.*saveHalf\(model, target\)/);
  });

  it('leaves no tensor behind, loaded well or badly', async () => {
    const { handler } = await drawnGraph();
    await leakCheck(tf, async () => {
      (await loadHalfGraphModel(handler)).dispose();
      const short = async (): Promise<tf.io.ModelArtifacts> => ({
        ...((await handler.load?.()) as tf.io.ModelArtifacts),
        weightData: new ArrayBuffer(4200),
      });
      await expect(loadHalfGraphModel({ load: short })).rejects.toThrow(/cut short/);
    });
  });

  it('refuses a Layers model, and a file without one of its constants', async () => {
    const { handler } = memory();
    await saveHalf(drawnModel(), handler);
    await expect(loadHalfGraphModel(handler)).rejects.toThrow(/must have a list of nodes.*loadHalfLayersModel/);
    const graph = (await (await drawnGraph()).handler.load?.()) as tf.io.ModelArtifacts;
    const load = async (): Promise<tf.io.ModelArtifacts> => ({ ...graph, weightSpecs: [], weightData: new ArrayBuffer(0) });
    await expect(loadHalfGraphModel({ load })).rejects.toThrow(/must have every weight of the graph, got none for "kernel"/);
  });
});
