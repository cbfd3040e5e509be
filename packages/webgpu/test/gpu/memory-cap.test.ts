import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebGPUHandle } from '../../src/index.ts';
import { DeviceMemoryError, useWebGPU } from '../../src/index.ts';

const MIB = 1 << 20;
let handle: WebGPUHandle;
beforeEach(async () => {
  handle = await useWebGPU({ maxBytes: 4 * MIB });
});
afterEach(() => handle.dispose());

const host = (megabytes: number, value: number): tf.Tensor1D => tf.tensor1d(new Float32Array((megabytes * MIB) / 4).fill(value));

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

describe('a cap on the bytes of the device', () => {
  it('is held against what the fused work needs, not against what was recorded', async () => {
    const x = host(1, 1);
    const [first] = tf.tidy(() => {
      let y: tf.Tensor = x;
      const between = Array.from({ length: 12 }, (_, i) => (y = tf.add(y, i))); // 12 MiB, were they all stored
      return [tf.sum(tf.mul(y, between[5] as tf.Tensor))];
    });
    expect((await first!.data())[0]).toBe(67 * 16 * (MIB / 4));
    expect(handle.memory().peakBytes).toBeLessThanOrEqual(4 * MIB);
    tf.dispose([x, first!]);
  });

  it('runs what waits where that gives room for data from the host', async () => {
    const sums = Array.from({ length: 9 }, (_, i) => {
      const x = host(0.75, i);
      const sum = tf.sum(x);
      x.dispose(); // on the device until the sum has run
      return sum;
    });
    expect(handle.memory().peakBytes).toBeLessThanOrEqual(4 * MIB);
    for (const [i, sum] of sums.entries()) expect((await sum.data())[0]).toBe(i * 0.75 * (MIB / 4));
    tf.dispose(sums);
  });

  it('gives back what the pool keeps, and tries once more, before it refuses', async () => {
    for (const length of [250_000, 300_000, 330_000]) {
      const x = tf.tensor1d(new Float32Array(length).fill(1));
      const y = tf.add(x, 1);
      expect((await y.data())[0]).toBe(2);
      tf.dispose([x, y]);
    }
    expect(handle.memory().peakBytes).toBeLessThanOrEqual(4 * MIB);
  });

  it('names the kernel that found no room, its bytes and the live buffers, and leaves what exists whole', async () => {
    const x = host(0.75, 3);
    const wide = tf.tidy(() => tf.tile(tf.exp(x), [2]));
    const error = await failureOf(() => tf.tidy(() => tf.tile(wide, [3])));
    expect(error).toBeInstanceOf(DeviceMemoryError);
    const { wanted, table, message, recoverable } = error as DeviceMemoryError;
    expect(recoverable).toBe(true);
    expect(wanted).toEqual({ what: 'the output of Tile [3, 393216]', bytes: 4.5 * MIB });
    expect(message).toContain('4.50 MiB for the output of Tile [3, 393216] are more than the cap of 4.00 MiB allows');
    expect(table).toContainEqual({ bytes: 1.5 * MIB, count: 1 });
    expect((await x.data())[5]).toBe(3);
    x.dispose(); // a copy for the host takes room too
    expect((await wide.data())[5]).toBeCloseTo(Math.exp(3), 4);
    wide.dispose();
  });

  it('names the kernel of the fused work that found no room', async () => {
    const x = host(1.5, 3);
    const sorted = tf.tidy(() => [tf.exp(x), tf.square(x), tf.sqrt(x)]); // each has room, all of them have not
    const error = await failureOf(() => sorted[0]!.data());
    expect(error).toBeInstanceOf(DeviceMemoryError);
    expect((error as DeviceMemoryError).wanted).toMatchObject({ bytes: 1.5 * MIB });
    expect((error as DeviceMemoryError).wanted.what).toMatch(/^a tensor of '.+', kernel \d+ of \d+$/);
    expect((await x.data())[5]).toBe(3);
    tf.dispose([x, ...sorted]);
  });

  it('names data of the host for which there is no room', async () => {
    const x = host(5, 1);
    const error = await failureOf(() => tf.sum(x));
    expect((error as DeviceMemoryError).wanted).toEqual({ what: 'inputs on the host [1310720]', bytes: 5 * MIB });
    x.dispose();
  });
});

it('a device that has no room itself is a fault that names the kernel, told at the next call', async () => {
  const x = tf.tidy(() => tf.add(host(1, 1), 1));
  await x.data();
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const real = device.popErrorScope.bind(device);
  device.popErrorScope = async () => {
    await real();
    return new GPUOutOfMemoryError('no room'); // no driver here can be brought to say so
  };
  const y = tf.exp(x);
  const error = await failureOf(() => y.data());
  expect(error).toBeInstanceOf(DeviceMemoryError);
  expect((error as Error).message).toMatch(
    /^\[webgpu\] the device ran out of memory at 1\.00 MiB for a tensor of '.*', kernel 1 of 1, got .* Dispose the handle/,
  );
  expect((error as DeviceMemoryError).table.length).toBeGreaterThan(0);
  expect((error as DeviceMemoryError).recoverable).toBe(false);
});
