import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { expectSame, gradientsOf, optimizerDevice, variableNumbers, variablesOf } from './optimizer-device.ts';

async function train(): Promise<{ optimizer: MixedPrecisionOptimizer; numbers: Float32Array[] }> {
  const variables = variablesOf();
  const optimizer = mixedPrecisionOptimizer(tf.train.adam(0.05), { lossScale: dynamicLossScale() });
  for (let step = 0; step < 3; step++) {
    const gradients = gradientsOf(variables, step, 1);
    optimizer.applyGradients(gradients);
    tf.dispose(gradients.map(({ tensor }) => tensor));
  }
  return { optimizer, numbers: await variableNumbers() };
}

it('engine().reset() in the middle of training: a new training takes fused steps with the same bits', async () => {
  const { handle } = await optimizerDevice();
  const first = await train();
  first.optimizer.dispose();
  tf.disposeVariables();
  expect(handle.memory()).toMatchObject({ bytes: 0, handles: 0, cachedHandles: 0 });
  await train();
  tf.engine().reset();
  await tf.setBackend('tensorflow');
  const second = await train();
  expect(second.optimizer.stepPath).toBe('fused');
  expectSame(second.numbers, first.numbers);
  handle.dispose();
});
