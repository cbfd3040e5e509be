import { createRequire } from 'node:module';
import { add, dispose, getBackend, matMul, square, sum, tensor2d, tidy, train, variable } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { autocast, storageOf } from '@halftone/autocast';
import type { NodeHandle } from '../../src/index.ts';
import { registerNode, useNode } from '../../src/index.ts';
import { findPackage } from '../../src/library/package-files.ts';

// tfjs-node-gpu with the addon that is built against the test library; its TensorFlow has no CUDA, its JavaScript is what users get
const { resolve } = createRequire(import.meta.url);
const name = '@tensorflow/tfjs-node-gpu';
createRequire(import.meta.url)('tfjs-node-gpu'); // as an app does, under the name that it has in this workspace

describe('the plug-in on the JavaScript of tfjs-node-gpu', () => {
  let handle: NodeHandle;
  beforeEach(async () => {
    handle = await useNode({ package: name });
  });
  afterEach(() => handle.dispose());

  it('knows it for what it is', async () => {
    expect(handle.capabilities).toMatchObject({ packageName: name, device: 'cpu', formats: ['float16', 'bfloat16'] });
    expect(handle.capabilities.float32Only).toBeUndefined();
    expect(findPackage(name, () => resolve('tfjs-node-gpu/package.json'))).toMatchObject({ version: '4.22.0', addonFound: true });
    handle.dispose();
    await expect(registerNode({ package: '@tensorflow/tfjs-node' })).rejects.toThrow(`where the app has loaded ${name}`);
  });

  it('trains in half with masters in float32', () => {
    const x = tensor2d(
      Array.from({ length: 1024 }, (_, i) => ((i % 17) - 8) / 32),
      [32, 32],
    );
    const weight = variable(x) as Variable;
    const optimizer = train.sgd(0.001);
    const loss = (): Scalar =>
      autocast('mixed_float16', () => sum(square(add(matMul<Tensor2D>(x, weight as unknown as Tensor2D), 1)))) as Scalar;
    const losses = [1, 2, 3].map(() => tidy(() => (optimizer.minimize(loss, true, [weight]) as Scalar).dataSync()[0] as number));
    expect(losses[2]).toBeLessThan(losses[0] as number);
    expect(storageOf(weight)).toBe('float32');
    expect(handle.statistics().ops['BatchMatMulV2']?.halfRuns).toBeGreaterThanOrEqual(6);
    expect(getBackend()).toBe('tensorflow');
    optimizer.dispose();
    dispose([x, weight]);
  });
});
