import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { registerEmulated } from '../../src/index.ts';

afterEach(() => {
  for (const name of Object.keys(tf.engine().registryFactory)) tf.removeBackend(name);
});

it('waits for a backend that starts already instead of cancelling it', async () => {
  let finish: (backend: tf.KernelBackend) => void = () => undefined;
  tf.registerBackend('slow', () => new Promise<tf.KernelBackend>((resolve) => (finish = resolve)));
  const starting = tf.setBackend('slow');
  const emulated = registerEmulated({ base: 'wasm' });
  class Slow extends tf.KernelBackend {
    override dispose(): void {}
  }
  finish(new Slow());
  expect(await starting).toBe(true);
  const handle = await emulated;
  expect(tf.getBackend()).toBe('slow');
  handle.dispose();
});

it('refuses a base that belongs to another copy of tfjs-core', async () => {
  const foreign = { dispose: () => undefined }; // to our copy, an object of a class that it does not know
  tf.registerBackend('cpu', () => foreign as unknown as tf.KernelBackend);
  await expect(registerEmulated({ base: 'cpu' })).rejects.toThrow(
    /two copies of @tensorflow\/tfjs-core are loaded.*npm ls @tensorflow\/tfjs-core/s,
  );
});

it('says that the base does not start, and what to serve', async () => {
  tf.registerBackend('wasm', () => Promise.reject(new Error('no such file')));
  await expect(registerEmulated()).rejects.toThrow(/tfjs's wasm backend must start, got a refusal.*pass wasmPaths/s);
});
