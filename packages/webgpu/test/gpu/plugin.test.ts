import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { autocast, explain, setDefaultPolicy, storageOf, toStorage } from '@halftone/autocast';
import { decode, encode, round } from '@halftone/float16';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU, useWebGPU } from '../../src/index.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle?.dispose());
afterEach(() => expect(tf.engine().state.scopeStack.length).toBeLessThanOrEqual(1));

const random = (shape: number[], seed = 1): tf.Tensor => tf.randomUniform(shape, -2, 2, 'float32', seed);

/** Runs `fn` in a tidy and reads its result. */
async function values(fn: () => tf.Tensor): Promise<Float32Array> {
  const result = tf.tidy(fn);
  const data = (await result.data()) as Float32Array;
  result.dispose();
  return data;
}

describe('the capability report', () => {
  it('names the adapter, the codecs and what the device does to numbers', () => {
    const { adapter, codecs, numerics, conversion, limits } = handle.capabilities;
    expect(adapter.description).not.toBe('');
    expect(['f16', 'packed-f16']).toContain(codecs.float16);
    expect(numerics.packed.rounding).toMatch(/nearest-even|toward-zero|other/);
    expect(conversion.narrow === 'software' || numerics.packed.overflow === 'infinity').toBe(true);
    expect(limits.maxBufferSize).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(handle.capabilities))).toEqual(handle.capabilities);
  });
});

describe.each(['float16', 'bfloat16'] as const)('%s storage', (format) => {
  const mixed = `mixed_${format}`;

  it('rounds what it stores to nearest even and reads it back exactly', async () => {
    const x = random([1003]);
    const exact = round((await x.data()) as Float32Array, format);
    const half = toStorage(x, format);
    expect(storageOf(half)).toBe(format);
    expect(await half.data()).toBeBitEqual(exact);
    tf.dispose([x, half]);
  });

  it('holds every code, infinities and NaN included', async () => {
    const all = decode(
      Uint16Array.from({ length: 65536 }, (_, i) => i),
      format,
    );
    const x = tf.tensor1d(all);
    const half = toStorage(x, format);
    const wide = toStorage(half, 'float32');
    expect(await half.data()).toBeBitEqual(all);
    expect(await wide.data()).toBeBitEqual(all);
    tf.dispose([x, half, wide]);
  });

  it('makes a matrix product that equals float32 maths on the stored numbers, narrowed once', async () => {
    const [a, b] = tf.tidy(() => [toStorage(random([40, 33], 3), format), toStorage(random([33, 27], 4), format)] as const);
    const exact = round(
      await values(() => tf.matMul(toStorage(a, 'float32') as tf.Tensor2D, toStorage(b, 'float32') as tf.Tensor2D)),
      format,
    );
    const half = tf.tidy(() => {
      const product = autocast(`param=float32,compute=${format},output=${format}`, () => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D));
      return product;
    });
    expect(await half.data()).toBeWithinUlps(exact, 1, format);
    tf.dispose([a, b, half]);
  });

  it('takes half the bytes', async () => {
    handle.trim();
    const before = handle.memory().physicalBytes;
    const x = toStorage(
      tf.tidy(() => tf.ones([1 << 18])),
      format,
    );
    expect(storageOf(x)).toBe(format);
    await x.data();
    handle.trim();
    const held = handle.memory().physicalBytes - before;
    expect(held).toBeLessThan((1 << 18) * 2 + 64 * 1024 + (1 << 20));
    x.dispose();
  });

  it('shares storage between clones and reshapes, and disposes them one by one', async () => {
    const x = toStorage(random([16, 32]), format);
    const [view, clone] = [tf.reshape(x, [512]), x.clone()];
    expect([storageOf(view), storageOf(clone)]).toEqual([format, format]);
    x.dispose();
    expect(await view.data()).toBeBitEqual(await clone.data());
    tf.dispose([view, clone]);
  });

  it('explains: matmul and relu in half, exp in float32', () => {
    const { kernels } = explain(() =>
      tf.tidy(() =>
        autocast(mixed, () => tf.exp(tf.relu(tf.matMul(random([32, 32]) as tf.Tensor2D, random([32, 32]) as tf.Tensor2D))).shape),
      ),
    );
    const storages = Object.fromEntries(kernels.map(({ kernelName, storageOut }) => [kernelName, storageOut[0]]));
    expect(storages).toMatchObject({ BatchMatMul: format, Relu: format, Exp: 'float32' });
  });
});

describe('hosts and devices', () => {
  it('dataSync on data that only the GPU has names await data()', async ({ skip }) => {
    skip('OffscreenCanvas' in globalThis, 'a page has a canvas, by which tfjs reads synchronously');
    const x = tf.tidy(() => tf.add(random([4096]), random([4096], 2)));
    expect(() => x.dataSync()).toThrow(/\[webgpu\] dataSync.*await tensor\.data\(\)/s);
    await x.data();
    expect(x.dataSync().length).toBe(4096);
    x.dispose();
  });
  it('dataToGPU hands out float32', async () => {
    const x = toStorage(random([600]), 'float16');
    const gpu = x.dataToGPU();
    const bytes = await (tf.backend() as unknown as { getBufferData(b: GPUBuffer): Promise<ArrayBuffer> }).getBufferData(
      gpu.buffer as GPUBuffer,
    );
    expect(new Float32Array(bytes, 0, 600)).toBeBitEqual(await x.data());
    gpu.tensorRef.dispose();
    x.dispose();
  });
  it('takes a GPUBuffer in as float32', async () => {
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4));
    const x = tf.tensor({ buffer }, [4], 'float32');
    expect([...(await x.data())]).toEqual([1, 2, 3, 4]);
    x.dispose();
    buffer.destroy();
  });
  it('isFinite, isInf and isNaN look at the bits, in float32 and in half', async () => {
    const data = Float32Array.of(1, Infinity, -Infinity, NaN, 0, 3e38, 65504, 1e-45);
    for (const storage of ['float32', 'float16', 'bfloat16'] as const) {
      const x = tf.tidy(() => toStorage(tf.tensor1d(data), storage));
      expect([...(await values(() => tf.isFinite(x)))], storage).toEqual(
        storage === 'float32' ? [1, 0, 0, 0, 1, 1, 1, 1] : [1, 0, 0, 0, 1, storage === 'float16' ? 0 : 1, 1, 1],
      );
      expect([...(await values(() => tf.isNaN(x)))], storage).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
      x.dispose();
    }
  });
  it('caps device memory: the error names the largest buffers and the tensors that exist stay whole', async () => {
    const small = await registerWebGPU({ backendName: 'capped', maxBytes: 3 << 20 });
    const previous = tf.getBackend();
    await tf.setBackend('capped');
    const x = tf.tidy(() => tf.ones([1 << 18]));
    expect(() => tf.tidy(() => tf.concat([tf.add(x, 1), tf.add(x, 2), tf.add(x, 3), tf.add(x, 4)]))).toThrow(
      /device memory is exhausted.*cap of 3\.00 MiB.*Largest live buffers/s,
    );
    expect((await x.data())[7]).toBe(1);
    await tf.setBackend(previous);
    small.dispose();
  });
});

describe('bad input', () => {
  it('a tensor larger than the device allows is refused before anything is made, and half of it may fit', async () => {
    const largest = Math.min(handle.capabilities.limits.maxBufferSize, handle.capabilities.limits.maxStorageBufferBindingSize);
    if (largest > 2 ** 30) return; // too much to fill for a test
    const held = handle.memory().physicalBytes;
    expect(() => tf.tidy(() => tf.fill([largest / 4 + 1024], 1))).toThrow(/at most .* MiB on this device, got one of/);
    expect(handle.memory().physicalBytes).toBe(held);
  });
  it('refuses to register twice', async () => {
    await expect(registerWebGPU()).rejects.toThrow(/already registered/);
  });
  it('refuses unknown options and values', async () => {
    await expect(registerWebGPU({ codec: 'f8' as never, backendName: 'x' })).rejects.toThrow(
      /codec must be one of f16, packed-f16, got "f8"/,
    );
    await expect(registerWebGPU({ colour: 'red' } as never)).rejects.toThrow(/unknown option 'colour'/);
    await expect(registerWebGPU({ maxBytes: -1, backendName: 'x' })).rejects.toThrow(/maxBytes must be above 0/);
    await expect(registerWebGPU({ backendName: 'my_own' })).rejects.toThrow(/no underscore.*got "my_own"\. Write a hyphen/s);
  });
  it('a disposed plug-in says so when one of its tensors is used', async () => {
    const previous = tf.getBackend();
    const gone = await useWebGPU({ backendName: 'gone' });
    const x = tf.tidy(() => tf.add(random([4096]), 1));
    gone.dispose();
    await tf.setBackend(previous);
    await expect(x.data()).rejects.toThrow(/plug-in was disposed/);
  });
  it('a lost device is a clear error at the next call', async () => {
    const previous = tf.getBackend();
    const lost = await useWebGPU({ backendName: 'lost' });
    const x = tf.tidy(() => tf.add(random([4096]), 1));
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    device.destroy();
    await device.lost;
    expect(() => tf.add(x, 1)).toThrow(/device was lost.*snapshot\(\)/s);
    await expect(x.data()).rejects.toThrow(/device was lost/);
    await tf.setBackend(previous);
    lost.dispose();
  });
});

it('everything half: no float output escapes, scalars included', () => {
  const undo = setDefaultPolicy('float16');
  tf.tidy(() => {
    expect(storageOf(tf.exp(random([3])))).toBe('float16');
    expect(storageOf(tf.sum(random([300])))).toBe('float16');
  });
  undo();
});

it('a cumulative sum of one length does not run with the shader of another', async () => {
  const undo = setDefaultPolicy('float16');
  const reversed = (numbers: number[]): Promise<Float32Array> =>
    values(() => tf.cumsum(toStorage(tf.tensor1d(numbers), 'float16'), 0, false, true));
  const all = [await reversed([1, 2, 3, 4, 5, 6, 7]), await reversed([4, 5, 6]), await reversed([1, 1, 1, 1, 9])];
  undo();
  expect(all.map((one) => [...one])).toEqual([
    [28, 27, 25, 22, 18, 13, 7],
    [15, 11, 6],
    [13, 12, 11, 10, 9],
  ]);
});

it('leaves tfjs as it was after dispose', async () => {
  const previous = tf.getBackend();
  const gradient = tf.getGradient('Mean');
  const other = await registerWebGPU({ backendName: 'other' });
  expect(tf.getKernelsForBackend('other').length).toBeGreaterThan(150);
  other.dispose();
  expect(tf.getKernelsForBackend('other')).toEqual([]);
  expect(tf.getGradient('Mean')).toBe(gradient);
  expect(tf.getBackend()).toBe(previous);
});

it('encodes host data on upload exactly as the codec does', async () => {
  const data = Float32Array.of(1 + 2 ** -11, 65520, 1e-8, -0, NaN);
  const x = tf.tidy(() => autocast('float16', () => tf.tensor1d(data)));
  const half = toStorage(x, 'float16');
  expect(await half.data()).toBeBitEqual(decode(encode(data, 'float16'), 'float16'));
  tf.dispose([x, half]);
});
