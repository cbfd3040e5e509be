import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toStorage } from '@halftone/autocast';
import { dawn } from '@halftone/testing/dawn';
import type { GpuMeter } from '@halftone/testing/meter';
import { installGpuMeter } from '@halftone/testing/meter';
import '@halftone/testing/matchers';
import { GRAPH_LIMITS } from '../../src/graph/graph-limits.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { registerWebGPU, useWebGPU } from '../../src/index.ts';
import { currentBackend, filled, isPending, numbers, onDevice, take, turn } from './graph-device.ts';

let meter: GpuMeter;
let handle: WebGPUHandle;
let held = 0;
beforeAll(async () => {
  await dawn();
  meter = installGpuMeter();
  handle = await useWebGPU();
  tf.env().set('WEBGPU_CPU_FORWARD', false); // small kernels go to the device as well
});
afterAll(() => {
  tf.env().set('WEBGPU_CPU_FORWARD', true);
  handle?.dispose();
  meter?.uninstall();
});
beforeEach(() => {
  held = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(held));

describe('when recorded work runs', () => {
  it('waits until somebody needs it, and then is one dispatch', async () => {
    const x = onDevice([1, 2, 3]);
    await x.data();
    const { value, report } = await meter.measure(() => tf.tidy(() => tf.square(tf.relu(tf.sub(tf.mul(x, 2), 3)))));
    expect([report.dispatches, isPending(value)]).toEqual([0, true]);
    const read = await meter.measure(() => value.data());
    expect(read.report.dispatches).toBe(1);
    expect(await take(value)).toEqual([0, 1, 9]);
    x.dispose();
  });

  it('runs by itself when the event loop turns', async () => {
    const x = onDevice([1, 2]);
    expect(isPending(x)).toBe(true);
    await turn(20);
    expect(isPending(x)).toBe(false);
    expect(await take(x)).toEqual([1, 2]);
  });

  it('never runs what nobody refers to any more', async () => {
    const x = onDevice([1, 2]);
    await x.data();
    const { report } = await meter.measure(async () => {
      tf.dispose(tf.tidy(() => tf.exp(tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])))));
      await turn(20);
    });
    expect(report.dispatches).toBe(0);
    x.dispose();
  });

  it('keeps what waiting work reads when it is disposed', async () => {
    const x = onDevice([1, 2, 3]);
    await x.data();
    const y = tf.add(x, 1);
    x.dispose();
    const z = tf.mul(y, 2);
    y.dispose();
    expect(await take(z)).toEqual([4, 6, 8]);
  });

  it('is in what tf.memory() counts: bytes of results are those of their buffers', async () => {
    const before = tf.memory() as unknown as { numBytesInGPU: number; numDataBuffers: number };
    const x = filled(1 << 16, 1);
    const y = tf.tidy(() => toStorage(tf.add(x, 1), 'float16'));
    const during = tf.memory() as unknown as { numBytesInGPU: number; numDataBuffers: number };
    expect(during.numBytesInGPU - before.numBytesInGPU).toBe((1 << 16) + (1 << 15));
    expect(during.numDataBuffers - before.numDataBuffers).toBe(2);
    expect(handle.memory().physicalBytes).toBe(during.numBytesInGPU);
    tf.dispose([x, y]);
    expect((tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU).toBe(before.numBytesInGPU);
  });

  it('is in what dataToGPU hands out', async () => {
    const x = tf.tidy(() => toStorage(tf.mul(onDevice([1, 2, 3, 4]), 3), 'float16'));
    const { tensorRef } = x.dataToGPU();
    expect(await numbers(tensorRef)).toEqual([3, 6, 9, 12]);
    tf.dispose([x, tensorRef]);
  });
});

describe('updates in place', () => {
  it('never show through clones, nor through old weights that somebody holds', async () => {
    const weights = tf.tidy(() => tf.variable(onDevice([1, 2, 3, 4])));
    const seen: tf.Tensor[] = [];
    for (let step = 0; step < 6; step++) {
      if (step % 2 === 0) seen.push(weights.clone());
      tf.tidy(() => weights.assign(tf.add(tf.mul(weights, 2), 1)));
      if (step === 3) await weights.data();
    }
    expect(await Promise.all(seen.map(take))).toEqual([
      [1, 2, 3, 4],
      [7, 11, 15, 19],
      [31, 47, 63, 79],
    ]);
    expect(await numbers(weights)).toEqual([127, 191, 255, 319]);
    weights.dispose();
  });

  it('take the place of what nobody holds: a loop of assignments needs no second buffer', async () => {
    const weights = tf.tidy(() => tf.variable(filled(1 << 20, 1)));
    const step = async (): Promise<void> => {
      tf.tidy(() => weights.assign(tf.add(tf.mul(weights, 0.5), 1)));
      await turn(2);
    };
    for (let k = 0; k < 4; k++) await step();
    handle.trim();
    handle.resetPeak();
    const { peakBytes } = handle.memory();
    for (let k = 0; k < 4; k++) await step();
    expect(handle.memory().peakBytes).toBe(peakBytes);
    weights.dispose();
  });

  it('leave alone what a smaller neighbour in the same dispatch still reads', async () => {
    const x = onDevice([1, 2, 3, 4, 5, 6, 7, 8]);
    await x.data();
    const [whole, begin, end] = [tf.mul(x, 10), tf.slice(x, [0], [4]), tf.slice(x, [4], [4])];
    x.dispose();
    expect([await take(whole), await take(begin), await take(end)]).toEqual([
      [10, 20, 30, 40, 50, 60, 70, 80],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  it('never touch a buffer of the user, and never give it to the pool', async () => {
    const { device } = currentBackend();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: 16, usage });
    device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 2, 3, 4));
    for (const zeroCopy of [true, false]) {
      const x = tf.tensor({ buffer, zeroCopy }, [4], 'float32');
      const y = tf.add(x, 1);
      x.dispose();
      expect(await take(y)).toEqual([2, 3, 4, 5]);
    }
    const again = tf.tensor({ buffer, zeroCopy: true }, [4], 'float32');
    expect(await take(tf.mul(again, 1))).toEqual([1, 2, 3, 4]);
    again.dispose();
    buffer.destroy();
  });

  it('do not pass a buffer that is larger than its tensor on to another one', async () => {
    const { device } = currentBackend();
    const buffer = device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    const x = tf.tensor({ buffer }, [4], 'float32');
    const y = tf.add(x, 1);
    x.dispose();
    expect(await take(y)).toEqual([1, 1, 1, 1]);
    buffer.destroy();
  });
});

describe('long and large graphs', () => {
  it('run thousands of ops that nobody read in between', async () => {
    const total = tf.tidy(() => {
      let sum: tf.Tensor = onDevice([0, 1, 2]);
      for (let k = 0; k < 3000; k++) sum = tf.add(sum, 1);
      return sum;
    });
    expect(await take(total)).toEqual([3000, 3001, 3002]);
  });

  it('run long graphs with joins, reductions and programs of tfjs in them', async () => {
    const STEPS = 60;
    const total = tf.tidy(() => {
      let x: tf.Tensor = onDevice([1, 2, 3, 4], [2, 2]);
      let y: tf.Tensor = onDevice([0, 1, 2, 3], [2, 2]);
      for (let k = 0; k < STEPS; k++) {
        const mean = tf.mean(y, 0, true);
        [x, y] = [tf.minimum(tf.add(x, mean), 4), tf.relu(tf.sub(tf.cumsum(x, 1), tf.mul(y, 0.25)))];
      }
      return tf.stack([x, y]);
    });
    let x = [1, 2, 3, 4];
    let y = [0, 1, 2, 3];
    for (let k = 0; k < STEPS; k++) {
      const mean = [0, 1].map((column) => Math.fround(Math.fround((y[column] as number) + (y[column + 2] as number)) / 2));
      const next = x.map((value, i) => Math.min(Math.fround(value + (mean[i % 2] as number)), 4));
      const sums = [
        x[0],
        Math.fround((x[0] as number) + (x[1] as number)),
        x[2],
        Math.fround((x[2] as number) + (x[3] as number)),
      ] as number[];
      y = y.map((value, i) => Math.max(Math.fround((sums[i] as number) - Math.fround(value * 0.25)), 0));
      x = next;
    }
    expect(await take(total)).toBeCloseInFormat([...x, ...y], 'float32', { terms: 64 });
  });

  it('never let more wait than the limit', async () => {
    const x = onDevice([1]);
    const one = tf.tidy(() => tf.reshape(tf.concat([tf.reshape(x, [1]), tf.reshape(x, [1])]), [2]));
    const { runs } = currentBackend().lazy.statistics;
    for (let k = 0; k < GRAPH_LIMITS.nodes + 10; k++) tf.tidy(() => void tf.neg(one));
    expect(currentBackend().lazy.statistics.runs).toBeGreaterThan(runs);
    tf.dispose([x, one]);
  });

  it('bind no more buffers at once than the device allows', async () => {
    const { maxStorageBuffersPerShaderStage: most } = currentBackend().device.limits;
    const parts = Array.from({ length: 3 * most + 1 }, (_, k) => onDevice([k, 1, 2, k, 3, 4, 5]));
    const sum = tf.tidy(() => parts.reduce((total, part) => tf.add(total, part)));
    const each = tf.tidy(() => parts.map((part, k) => tf.add(part, k)));
    const n = parts.length;
    const all = (n * (n - 1)) / 2;
    expect(await take(sum)).toEqual([all, n, 2 * n, all, 3 * n, 4 * n, 5 * n]);
    expect(await take(each[n - 1] as tf.Tensor)).toEqual([2 * n - 2, n, n + 1, 2 * n - 2, n + 2, n + 3, n + 4]);
    tf.dispose([parts, each]);
  });
});

describe('the same graph again', () => {
  it('builds no pipeline and no plan, whatever its numbers are', async () => {
    const x = onDevice([1, 2, 3]);
    const round = (k: number): Promise<number[]> => take(tf.tidy(() => tf.clipByValue(tf.add(tf.mul(x, k), tf.scalar(0.5)), -k, 2 * k)));
    expect(await round(2)).toEqual([2.5, 4, 4]);
    await round(3);
    const { planned } = currentBackend().lazy.statistics;
    const { report } = await meter.measure(async () => {
      for (let k = 4; k < 9; k++) expect(await round(k)).toEqual([k + 0.5, 2 * k, 2 * k]);
    });
    expect(report.pipelines).toBe(0);
    expect(currentBackend().lazy.statistics.planned).toBe(planned);
    x.dispose();
  });

  it('runs twice without a wait in between, each time with its own numbers', async () => {
    const x = onDevice([1, 2]);
    await x.data();
    const rounds = [3, 4, 5].map((k) => {
      const y = tf.mul(x, k);
      tf.memory(); // runs what waits
      return y;
    });
    expect(await Promise.all(rounds.map(take))).toEqual([
      [3, 6],
      [4, 8],
      [5, 10],
    ]);
    x.dispose();
  });
});

describe('backends beside each other', () => {
  it('keep their waiting work apart', async () => {
    const other = await registerWebGPU({ backendName: 'halftone-other' });
    const x = onDevice([1, 2]);
    const y = tf.add(x, 1);
    await tf.setBackend('halftone-other');
    const u = onDevice([5, 6]);
    const v = tf.mul(u, 2);
    await tf.setBackend(handle.backendName);
    const z = tf.add(y, 1);
    expect(await take(z)).toEqual([3, 4]);
    expect(await take(v)).toEqual([10, 12]);
    tf.dispose([x, y, u]);
    other.dispose();
  });

  it('go with work that waits, and say so when it is asked for', async () => {
    const gone = await useWebGPU({ backendName: 'halftone-gone' });
    const x = onDevice([1, 2]);
    expect(isPending(x)).toBe(true);
    gone.dispose();
    await tf.setBackend(handle.backendName);
    await expect(x.data()).rejects.toThrow(/plug-in was disposed/);
    await turn(10);
    held = tf.memory().numTensors; // what was on that device cannot be disposed one by one
  });
});

describe('when there is no room', () => {
  it('says why a result does not exist, and leaves what exists whole', async () => {
    const MIB = 1 << 20;
    const capped = await useWebGPU({ backendName: 'halftone-capped', maxBytes: 4 * MIB });
    const before = tf.memory().numTensors;
    const x = filled(MIB, 3);
    await x.data();
    const y = tf.add(x, 1); // another MiB, later
    const host = tf.tensor1d(new Float32Array(MIB / 2).fill(2));
    const z = tf.sum(host); // takes two MiB now; the last one is too little for y and the numbers of the graph
    await expect(y.data()).rejects.toThrow(/device memory is exhausted/);
    await expect(z.data()).rejects.toThrow(/device memory is exhausted/);
    expect(() => tf.add(y, 1)).toThrow(/device memory is exhausted/);
    host.dispose();
    expect((await x.data())[5]).toBe(3);
    const again = tf.add(x, 1);
    expect((await again.data())[5]).toBe(4);
    tf.dispose([x, y, z, again]);
    expect(tf.memory().numTensors).toBe(before);
    expect(capped.memory().physicalBytes).toBe(0);
    await tf.setBackend(handle.backendName);
    capped.dispose();
  });
});
