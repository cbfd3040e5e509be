import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { kernelTable } from '../../src/index.ts';

/** tfjs-core exports the name of each kernel as a constant of that very name. */
const named = Object.entries(tf)
  .filter(([key, value]) => key === value)
  .map(([key]) => key);

describe('the table', () => {
  test('has a row for each of the kernel names that tfjs-core exports', () => {
    expect(named.length).toBeGreaterThanOrEqual(180);
    expect(named.filter((kernel) => !Object.hasOwn(kernelTable, kernel))).toEqual([]);
  });

  test('has no row that names no kernel', () => {
    expect(Object.keys(kernelTable).filter((kernel) => !named.includes(kernel))).toEqual([]);
  });

  test.each(['cpu', 'wasm', 'webgpu'])('has a row for each kernel that the %s backend registers', (backend) => {
    const kernels = tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    expect(kernels.length).toBeGreaterThan(90);
    expect(kernels.filter((kernel) => !Object.hasOwn(kernelTable, kernel))).toEqual([]);
  });
});
