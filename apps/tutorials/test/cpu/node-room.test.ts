import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { chooseData, dataOf } from '../../src/node/node-data.ts';
import { choosePlugin } from '../../src/node/node-plugins.ts';
import { folderStorage } from '../../src/node/node-storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'halftone-room-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

describe('the storage of a program', () => {
  test('keeps a model as tfjs writes it, which plain tfjs loads again', async () => {
    await tf.setBackend('cpu');
    const { model: place } = folderStorage(folder);
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    await model.save(place('a'));
    const loaded = await loadLayersModel(place('a'));
    const [one, other] = [model, loaded].map((each) => each.getWeights().flatMap((weight) => [...weight.dataSync()]));
    expect(other).toEqual(one);
    model.dispose();
    loaded.dispose();
  });

  test('has no model that was never saved', async () => {
    await expect(loadLayersModel(folderStorage(folder).model('never'))).rejects.toThrow(
      /must be saved before it is loaded, got no model\.json in .*never\. Save it/,
    );
  });
});

describe('the choice of data', () => {
  test('is the real one of HALFTONE_SHARED where there is one, but for a glance', () => {
    mkdirSync(join(folder, 'data'), { recursive: true });
    vi.stubEnv('HALFTONE_SHARED', folder);
    expect(chooseData(undefined, 'short')).toEqual({ kind: 'folder', folder: join(folder, 'data') });
    expect(chooseData(undefined, 'glance')).toEqual({ kind: 'drawn' });
    expect(chooseData('drawn', 'full')).toEqual({ kind: 'drawn' });
    vi.stubEnv('HALFTONE_SHARED', '');
    expect(chooseData(undefined, 'short')).toEqual({ kind: 'drawn' });
  });

  test('refuses a folder that is none', () => {
    expect(() => chooseData('/nowhere/at/all', 'short')).toThrow(/--data must be drawn or a folder, got \/nowhere\/at\/all\. Name one/);
  });

  test('says what a folder lacks when a program asks for it', async () => {
    const { digits, text } = dataOf({ kind: 'folder', folder }, 'short', 1);
    await expect(digits()).rejects.toThrow(/MNIST must lie in a folder/);
    await expect(text()).rejects.toThrow(/got no .*input\.txt/);
  });

  test('draws more for longer runs', async () => {
    const count = async (length: 'glance' | 'short'): Promise<number> => (await dataOf({ kind: 'drawn' }, length, 1).text()).train.length;
    expect(await count('short')).toBeGreaterThan(await count('glance'));
  });
});

describe('the choice of a plug-in', () => {
  test('refuses one that the program cannot use', async () => {
    await expect(choosePlugin({ name: 'x', plugins: ['webgpu', 'emulate'] }, 'node')).rejects.toThrow(
      /x runs on webgpu, emulate, got --plugin node\. Name one/,
    );
  });

  test('is what was asked for', async () => {
    expect(await choosePlugin({ name: 'x', plugins: ['node', 'emulate'] }, 'node')).toBe('node');
    expect(await choosePlugin({ name: 'x', plugins: ['node', 'emulate'] }, 'emulate')).toBe('emulate');
  });
});
