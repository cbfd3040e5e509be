import {
  add,
  engine,
  getBackend,
  getKernelsForBackend,
  KernelBackend,
  registerBackend,
  removeBackend,
  setBackend,
  tensor1d,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, it } from 'vitest';
import { loadLibrary } from '../../src/library/load-library.ts';
import { missingMembers } from '../../src/library/node-backend.ts';

const isThere = (): boolean => engine().registryFactory['tensorflow'] !== undefined;

describe('loading TensorFlow', () => {
  afterEach(() => {
    if (isThere()) removeBackend('tensorflow');
  });

  it('leaves nothing behind where it fails, and says what to do', async () => {
    expect(getKernelsForBackend('tensorflow')).toEqual([]); // the import has done nothing
    await expect(loadLibrary({ requireGpu: true })).rejects.toThrow(/requireGpu needs a GPU .*got the CPU.*halftone-node-doctor/);
    expect(isThere()).toBe(false);
  });

  it('leaves the current backend as it was, one or none', async () => {
    const library = await loadLibrary();
    expect(getBackend()).toBeFalsy();
    expect(library).toMatchObject({ device: 'cpu', repairs: [] });
    expect(library.version).toMatch(/^2\.\d+\.\d+$/);
    expect(missingMembers(library.backend)).toEqual([]);
    expect(library.unknown).toBeUndefined();
    library.release();
    removeBackend('tensorflow');

    await setBackend('cpu');
    (await loadLibrary()).release();
    expect(getBackend()).toBe('cpu');
    await setBackend('tensorflow');
    const sum = add(tensor1d([1, 2]), 1);
    expect(await sum.data()).toEqual(new Float32Array([2, 3]));
  });

  it('takes what the app has loaded, unless another package was asked for', async () => {
    const [first, second] = await Promise.all([loadLibrary(), loadLibrary()]);
    expect(second.backend).toBe(first.backend);
    const other = first.packageName === '@tensorflow/tfjs-node' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
    await expect(loadLibrary({ package: other })).rejects.toThrow(`where the app has loaded ${first.packageName}`);
    expect(isThere()).toBe(true);
  });

  it("refuses a backend of that name that is not tfjs-node's", async () => {
    class Strange extends KernelBackend {
      override dispose(): void {}
    }
    registerBackend('tensorflow', () => new Strange());
    await expect(loadLibrary()).rejects.toThrow(/must be that of tfjs-node, got a Strange object/);
  });

  it('sees where its inside is not as known', async () => {
    const { backend, packageName } = await loadLibrary();
    Object.defineProperty(backend, 'getInputTensorIds', { value: undefined });
    expect((await loadLibrary()).unknown).toBe(`${packageName} lacks getInputTensorIds`);
  });
});
