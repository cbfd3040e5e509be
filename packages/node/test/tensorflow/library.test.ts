import { engine, getBackend, getKernelsForBackend, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { missingMembers } from '../../src/library/node-backend.ts';
import { loadLibrary } from '../../src/library/load-library.ts';

describe('loading TensorFlow', () => {
  it('changes nothing on import, and leaves the current backend as it was on load', async () => {
    expect(engine().registryFactory).toEqual({});
    expect(getKernelsForBackend('tensorflow')).toEqual([]);
    const library = await loadLibrary();
    expect(getBackend()).toBeNull();
    expect(library.packageName).toBe('@tensorflow/tfjs-node');
    expect(library.version).toMatch(/^2\.\d+\.\d+$/);
    expect(missingMembers(library.backend)).toEqual([]);
    expect(library.unknown).toBeUndefined();
    expect(await tensor1d([1, 2]).add(1).data()).toEqual(new Float32Array([2, 3]));
    library.release();
  });
});
