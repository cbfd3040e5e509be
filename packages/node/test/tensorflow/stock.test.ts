import { createRequire } from 'node:module';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import * as core from '@tensorflow/tfjs-core';
import { requireOrSkip } from '@halftone/testing';
import { describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';

const { available } = await requireOrSkip('tensorflow');

/** What is read of tfjs-node's backend. */
interface Backend {
  readonly binding: { readonly TF_Version: string; getNumOfTensors(): number };
}

describe.skipIf(!available)('stock tfjs-node, as the plug-in finds it', async () => {
  const node = (available ? createRequire(import.meta.url)('@tensorflow/tfjs-node') : core) as typeof TensorFlow;
  const binding = (): Backend['binding'] => (core.backend() as unknown as Backend).binding;

  it('runs on a real TensorFlow, and on the one tfjs-core that we import too', () => {
    expect(node.engine()).toBe(core.engine());
    expect(node.Tensor).toBe(core.Tensor);
    expect(core.getBackend()).toBe('tensorflow');
    expect(core.backend()).toBeInstanceOf(core.KernelBackend);
    expect(binding().TF_Version).toMatch(/^2\.\d+\.\d+$/);
  });

  it('multiplies matrices', () => {
    const product = core.tidy(() => core.matMul(core.tensor2d([1, 2, 3, 4], [2, 2]), core.tensor2d([5, 6, 7, 8], [2, 2])));
    expect(product.dataSync()).toBeBitEqual([19, 22, 43, 50]);
    product.dispose();
  });

  it('leaks neither tensors nor handles', () => {
    const before = [core.memory().numTensors, binding().getNumOfTensors()];
    core.tidy(() =>
      core
        .grad((x) => core.sum(core.square(core.matMul(x, x))))(core.ones([8, 8]))
        .dataSync(),
    );
    expect([core.memory().numTensors, binding().getNumOfTensors()]).toEqual(before);
  });
});
