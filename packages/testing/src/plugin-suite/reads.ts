import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectBits, roundedWith, wave } from './checks.ts';
import type { PluginSuiteOptions } from './options.ts';

const BY_CANVAS = 'a page reads synchronously by a canvas, at which a browser without a window may lose the device';

/** Reads on the host, and moves to another backend. */
export function describeReads(
  { format, tf, autocast, dataSync = 'reads', otherBackend = 'cpu' }: PluginSuiteOptions,
  backendName: () => string,
): void {
  const made = (): TensorFlow.Tensor => tf.tidy(() => tf.add(roundedWith(autocast, format)(tf.tensor1d(wave(4096, 41))), 1));

  it(
    dataSync === 'reads'
      ? 'reads the same synchronously and asynchronously'
      : 'refuses a synchronous read of what only the device has, naming data()',
    async ({ skip }) => {
      skip(dataSync === 'canvas', BY_CANVAS);
      const tensor = made();
      if (dataSync === 'reads') expectBits(tensor.dataSync(), await tensor.data());
      else expect(() => tensor.dataSync()).toThrow(/^\[[a-z]+\] .*data\(\)/);
      tensor.dispose();
    },
  );

  it('moves a half tensor to another backend with its values, or says what to do instead', async ({ skip }) => {
    skip(dataSync === 'canvas', BY_CANVAS);
    const tensor = roundedWith(autocast, format)(made());
    const expected = (await tensor.data<'float32'>()).slice();
    const fresh = tf.tidy(() => roundedWith(autocast, format)(made())); // never read, so only the device has it
    await tf.setBackend(otherBackend);
    try {
      for (const input of [tensor, fresh]) {
        const outcome = await attempt(() => tf.add(input, 0));
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^\[[a-z]+\] .*data\(\)/);
        else {
          expectBits(await outcome.data(), expected);
          outcome.dispose();
        }
      }
    } finally {
      await tf.setBackend(backendName());
    }
    tf.dispose([tensor, fresh]);
  });
}

async function attempt(work: () => TensorFlow.Tensor): Promise<TensorFlow.Tensor | Error> {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
