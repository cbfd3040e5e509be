import { afterAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { layerNormRecipe } from '../../src/kernels/rows/layer-norm.ts';
import { harnessDevice, runRecipe } from './kernel-harness.ts';
import { describeLayerNorm } from './layer-norm-values.ts';

afterAll(async () => (await harnessDevice()).destroy());

describeLayerNorm('narrow'); // wide rows: test/long

describe('layer norm', () => {
  it('keeps the variance of small numbers on a large offset', async () => {
    const xs = Float32Array.from({ length: 64 }, (_, i) => 4096 + (i % 2));
    const ones = new Float32Array(64).fill(1);
    const recipe = layerNormRecipe({ rows: 1, cols: 64, epsilon: 1e-6 });
    const [ys] = await runRecipe({
      recipe,
      inputs: [{ values: xs }, { values: ones }, { values: new Float32Array(64) }],
      outputs: [{ size: 64 }, { size: 1 }, { size: 1 }],
    });
    expect(ys).toBeCloseInFormat(
      xs.map((_, i) => (i % 2 === 0 ? -1 : 1) / Math.sqrt(1 + 4e-6)),
      'float32',
      { terms: 16 },
    );
  });
});
