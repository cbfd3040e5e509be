import * as tf from '@tensorflow/tfjs-core';
import { autocast, storageOf, toStorage } from '@halftone/autocast';
import { round } from '@halftone/float16';
import type { WebGPUHandle } from '@halftone/webgpu';
import type { PageChecks } from './page-checks.ts';

const sines = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i));
const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));

/** Half tensors as a page uses them: reading both ways, bytes, bits that are not finite, the buffer itself. */
export async function checkTensors(checks: PageChecks, handle: WebGPUHandle): Promise<void> {
  const { same, holds } = checks;
  const values = sines(1 << 20);
  const x = tf.tidy(() => tf.add(tf.tensor1d(values), 0)); // on the device from here on
  const before = handle.memory().physicalBytes;
  const half = toStorage(x, 'float16');
  const bytes = handle.memory().physicalBytes - before;
  same('storageOf tells half storage', [storageOf(half), half.dtype], ['float16', 'float32']);
  holds('2^20 halves take 2 bytes each', bytes >= 2 << 20 && bytes < (2 << 20) + 4096, String(bytes));
  const rounded = round(values, 'float16');
  holds('data() of a half tensor is rounded values', equal(await half.data(), rounded), 'bit for bit');
  checkDataSync(checks, x, rounded);
  const inside = autocast('mixed_float16', () => storageOf(tf.mul(tf.reshape(half, [1024, 1024]), 2)));
  same('a product in a scope is stored in half', inside, 'float16');
  await checkBits(checks);
  await checkBuffer(checks, rounded);
  tf.dispose([x, half]);
}

/** tfjs reads synchronously through a canvas. `?canvas=no` says that this browser cannot do that, which stock tfjs would show as well. */
function checkDataSync({ holds, skip }: PageChecks, x: tf.Tensor, rounded: Float32Array): void {
  const names = ['dataSync() of a half tensor', 'dataSync() of a sum of halves'] as const;
  if (new URLSearchParams(location.search).get('canvas') === 'no') {
    for (const name of names) skip(name, 'WebGPU and drawing are on two drivers in this browser: a canvas stays empty, for stock tfjs too');
    return;
  }
  const half = toStorage(x, 'float16');
  const sum = tf.tidy(() => tf.add(half, half));
  holds(names[0], equal(half.dataSync(), rounded), 'bit for bit');
  holds(
    names[1],
    equal(
      sum.dataSync(),
      rounded.map((value) => 2 * value),
    ),
    'bit for bit',
  );
  tf.dispose([half, sum]);
}

async function checkBits({ same }: PageChecks): Promise<void> {
  const odd = Float32Array.of(1, Infinity, -Infinity, NaN, 0, 65504, 1e-45);
  for (const storage of ['float32', 'float16', 'bfloat16'] as const) {
    const found = tf.tidy(() => {
      const x = toStorage(tf.tensor1d(odd), storage);
      return tf.stack([tf.isFinite(x), tf.isNaN(x), tf.isInf(x)]);
    });
    same(`isFinite, isNaN, isInf in ${storage}`, [...(await found.data())].join(''), '1000111' + '0001000' + '0110000');
    found.dispose();
  }
}

async function checkBuffer({ holds }: PageChecks, rounded: Float32Array): Promise<void> {
  const half = toStorage(tf.tensor1d(rounded.subarray(0, 4096)), 'float16');
  const { buffer, tensorRef } = half.dataToGPU();
  if (buffer === undefined) throw new Error('dataToGPU gave no buffer');
  const { device } = tf.backend() as unknown as { readonly device: GPUDevice };
  const staging = device.createBuffer({ size: 4096 * 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4096 * 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  holds('dataToGPU hands out float32', equal(new Float32Array(staging.getMappedRange()), rounded.subarray(0, 4096)), 'bit for bit');
  staging.destroy();
  tf.dispose([half, tensorRef]);
}
