import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { pluginFor, storageOf, toStorage } from '@halftone/autocast';
import { importPackage } from '../../src/base/stock-package.ts';
import { registerEmulated, useEmulated } from '../../src/index.ts';

/** Everything that tfjs has registered. */
function registry(): readonly string[] {
  const backends = Object.keys(tf.engine().registryFactory);
  const kernels = ['cpu', 'wasm', 'halftone-emulate', 'other'].flatMap((name) =>
    tf.getKernelsForBackend(name).map(({ kernelName }) => `${name}/${kernelName}`),
  );
  return [...backends, ...kernels].sort();
}

const opened: { dispose(): void }[] = [];
const open = async (...args: Parameters<typeof registerEmulated>): ReturnType<typeof registerEmulated> => {
  const handle = await registerEmulated(...args);
  opened.push(handle);
  return handle;
};
afterEach(() => {
  for (const handle of opened.splice(0)) handle.dispose();
});

describe("tfjs's registry", () => {
  it('is untouched by the import of this package', () => {
    expect(registry()).toEqual([]);
  });
  it.each(['wasm', 'cpu'] as const)('is empty again after dispose, on %s', async (base) => {
    const handle = await open({ base });
    expect(Object.keys(tf.engine().registryFactory)).toContain(base);
    expect(tf.getKernelsForBackend('halftone-emulate').length).toBeGreaterThan(150);
    handle.dispose();
    expect(registry()).toEqual([]);
  });
  it('gets the base anew for a second registration, and works', async () => {
    for (let i = 0; i < 2; i++) {
      const handle = await open();
      await tf.setBackend(handle.backendName);
      expect([...tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync())]).toEqual([2, 3]);
      handle.dispose();
    }
    expect(registry()).toEqual([]);
  });
  it('keeps the base until the last of two plug-ins on it is gone', async () => {
    const [first, second] = await Promise.all([open(), open({ backendName: 'other' })]); // at once: neither may take the base from the other
    first.dispose();
    await tf.setBackend(second.backendName);
    expect([...tf.tidy(() => tf.square(tf.tensor1d([3])).dataSync())]).toEqual([9]);
    expect(tf.findBackendFactory('wasm')).toBeTypeOf('function');
    second.dispose();
    expect(registry()).toEqual([]);
  });
  it('keeps a base that the user made current meanwhile', async () => {
    const handle = await open({ base: 'cpu' });
    await tf.setBackend('cpu');
    handle.dispose();
    expect([...tf.tidy(() => tf.neg(tf.tensor1d([3])).dataSync())]).toEqual([-3]);
  });
  it('keeps a base that was there before', async () => {
    const before = registry();
    expect(before.some((name) => name.startsWith('cpu/'))).toBe(true);
    const handle = await open({ base: 'cpu' });
    handle.dispose();
    expect(registry()).toEqual(before);
  });
  it('dispose may be called twice, and after the user removed the backend', async () => {
    const handle = await open();
    handle.dispose();
    handle.dispose();
    const removed = await open();
    tf.removeBackend(removed.backendName);
    removed.dispose();
    expect(pluginFor('halftone-emulate')).toBeUndefined();
  });
});

describe('two plug-ins side by side', () => {
  it('share marks on one base, and move tensors between bases', async () => {
    const [wasm, cpu, twin] = [await open(), await open({ base: 'cpu', backendName: 'other' }), await open({ backendName: 'twin' })];
    await tf.setBackend(wasm.backendName);
    const x = toStorage(tf.tensor1d(Float32Array.from({ length: 300 }, (_, i) => i / 7)), 'float16');
    await tf.setBackend(twin.backendName);
    expect(storageOf(x)).toBe('float16');
    const y = tf.neg(x);
    await tf.setBackend(cpu.backendName);
    const z = tf.add(y, x);
    expect([...z.dataSync()].every((value) => value === 0)).toBe(true);
    expect([cpu.memory().physicalBytes, wasm.memory().physicalBytes]).toEqual([3600, 1200]); // x, y and z moved or made there; the unmoved input of toStorage is left
    tf.dispose([x, y, z]);
  });
  it('leave the stock backend of their base whole', async () => {
    const handle = await open();
    await tf.setBackend('wasm');
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    await tf.setBackend(handle.backendName);
    const half = tf.tidy(() => toStorage(tf.matMul(x, x), 'float16'));
    await tf.setBackend('wasm');
    expect([...tf.tidy(() => tf.matMul(x, half as tf.Tensor2D).dataSync())]).toEqual([37, 54, 81, 118]);
    tf.dispose([x, half]);
    await tf.setBackend(handle.backendName);
  });
});

describe('errors', () => {
  it('refuses a second registration under one name', async () => {
    await open();
    await expect(registerEmulated({ base: 'cpu' })).rejects.toThrow(/'halftone-emulate' is already registered.*pass another backendName/s);
    await expect(Promise.all([open({ backendName: 'other' }), open({ backendName: 'other' })])).rejects.toThrow(
      /'other' is already registered/,
    );
  });
  it('refuses a name that stock tfjs has', async () => {
    await open();
    await expect(registerEmulated({ backendName: 'wasm' })).rejects.toThrow(/'wasm' is already registered/);
  });
  it.each([
    [{ base: 'webgl' as never }, RangeError, /base must be one of wasm, cpu, got "webgl"/],
    [{ rounding: 'up' as never }, RangeError, /rounding must be one of nearest-even, toward-zero, stochastic, got "up"/],
    [{ overflow: 'wrap' as never }, RangeError, /overflow must be one of infinity, saturate/],
    [{ observe: 1 as never }, RangeError, /observe must be one of true, false/],
    [{ seed: 0.5 }, RangeError, /seed must be a whole number, got 0\.5/],
    [{ colour: 'red' } as never, TypeError, /unknown option 'colour', got "red"\. Options are base/],
    [{ backendName: 'my_own' }, RangeError, /backendName must have a letter and no underscore.*got "my_own"\. Write a hyphen/s],
    [{ backendName: '' }, RangeError, /backendName must have a letter/],
    [{ base: 'cpu', wasmPaths: '/' } as const, RangeError, /wasmPaths belongs to base 'wasm'/],
  ])('refuses %o', async (options, type, message) => {
    const before = registry();
    await expect(registerEmulated(options)).rejects.toThrow(type);
    await expect(registerEmulated(options)).rejects.toThrow(message);
    expect(registry()).toEqual(before);
  });
  it('refuses wasmPaths once wasm runs', async () => {
    await open();
    await expect(open({ backendName: 'other', wasmPaths: '/files/' })).rejects.toThrow(
      /wasmPaths must be set before.*Leave wasmPaths out/s,
    );
  });
  it('takes the same wasmPaths again while wasm runs from them, and no others', async () => {
    const wasmPaths = `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`;
    await open({ wasmPaths });
    const second = await open({ backendName: 'other', wasmPaths });
    await tf.setBackend(second.backendName);
    const sum = tf.add([1, 2], 1);
    expect(await sum.data()).toEqual(new Float32Array([2, 3]));
    sum.dispose();
    await expect(open({ backendName: 'third', wasmPaths: '/files/' })).rejects.toThrow(/wasmPaths must be set before/);
  });
  it('names the package that is not installed', async () => {
    const absent: string = '@tensorflow/tfjs-backend-nowhere';
    await expect(importPackage('wasm', () => import(absent))).rejects.toThrow(
      /needs the package @tensorflow\/tfjs-backend-wasm.*npm i @tensorflow\/tfjs-backend-wasm@4\.22, or pass base: 'cpu'/s,
    );
  });
  it('says that the plug-in was disposed when a tensor of it is used', async () => {
    const handle = await open();
    await tf.setBackend(handle.backendName);
    const x = tf.tensor1d([1, 2, 3]);
    handle.dispose();
    await tf.setBackend('cpu');
    expect(() => x.dataSync()).toThrow(/\[emulate\] the plug-in was disposed.*Read tensors before dispose\(\)/s);
    await expect(x.data()).rejects.toThrow(/was disposed/);
    expect(() => tf.neg(x)).toThrow(/was disposed/);
    expect(() => x.dispose()).not.toThrow();
  });
  it('says that the base was removed under it', async () => {
    const handle = await useEmulated();
    opened.push(handle);
    const x = tf.tensor1d([1, 2, 3]);
    tf.removeBackend('wasm');
    expect(() => tf.neg(x)).toThrow(/tfjs's wasm backend was removed.*Call dispose\(\) on the handle before/s);
    expect(() => x.dispose()).not.toThrow();
    await tf.setBackend('cpu');
  });
  it('says that complex numbers cannot move here', async () => {
    const handle = await open();
    await tf.setBackend('cpu');
    const x = tf.complex([1], [2]);
    await tf.setBackend(handle.backendName);
    expect(() => tf.neg(x)).toThrow(/complex64 tensor cannot move.*tf\.complex\(\)/s);
    x.dispose();
  });
  it('says that ranges() needs observe', async () => {
    const handle = await open({ base: 'cpu' });
    expect(() => handle.ranges()).toThrow(/ranges\(\) needs a plug-in that counts.*observe: true/s);
  });
});
