import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import '@halftone/testing/matchers';
import { trainBoth } from '../train-both.ts';
import { layerCases, shapeCases } from '../training-cases.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());

function variablesOf(model: LayersModel): readonly tf.Variable[] {
  return model.weights.map((weight) => weight.read() as tf.Variable);
}

describe.each([
  { policy: 'mixed_float16', format: 'float16', cases: [...layerCases, ...shapeCases] },
  {
    policy: 'mixed_bfloat16',
    format: 'bfloat16',
    cases: shapeCases.filter(({ holds }) => ['sequential', 'nested', 'shared'].includes(holds)),
  },
] as const)('under $policy', ({ policy, format, cases }) => {
  it.each(cases)('$name trains as in float32', async (training) => {
    const { plain, mixed } = await trainBoth(training, policy);
    expect(mixed.losses.at(-1), 'it learns').toBeLessThan(0.6 * (mixed.losses[0] as number));
    expect(mixed.losses, 'the losses of float32').toBeCloseInFormat(plain.losses, format, { terms: 256, scale: plain.losses[0] as number });
    expect(mixed.losses, 'yet not the very same: half was in it').not.toStrictEqual(plain.losses);
    expect(mixed.kernels.some(({ storageOut }) => storageOut.includes(format))).toBe(true);
    for (const variable of variablesOf(mixed.model)) {
      expect(variable).toBeInstanceOf(tf.Variable);
      expect(storageOf(variable)).toBe('float32');
    }
    expect(mixed.tensors[1], 'nothing leaks').toBe(mixed.tensors[0]);
    plain.model.dispose();
    mixed.model.dispose();
  });
});
