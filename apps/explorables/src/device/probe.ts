import { autocast, storageOf } from '@halftone/autocast';
import type { Capabilities } from '@halftone/webgpu';
import { registerWebGPU } from '@halftone/webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { ProductJudgement } from './product.ts';
import { exactProduct, judgeProduct, testMatrix } from './product.ts';

/** One way of computing the test product, and how it went. */
export interface ProductRun extends ProductJudgement {
  readonly storage: 'float32' | 'float16';
  /** The first numbers of the product. */
  readonly sample: readonly number[];
  /** Bytes that the device holds for the result. */
  readonly resultBytes: number;
  /** From the call until its numbers are back: the first time, with compiling, and the median of nine more. */
  readonly firstMs: number;
  readonly medianMs: number;
}

/** What the plug-in found. Plain JSON. */
export interface ProbeReport {
  readonly capabilities: Capabilities;
  readonly size: number;
  readonly exactSample: readonly number[];
  readonly products: readonly ProductRun[];
}

const SIZE = 128;
const SAMPLE = 4;
const BACKEND = 'halftone-device-check';
const HALF = 'param=float32,compute=float16,output=float16';

/**
 * Registers the plug-in under a name of its own, lets it probe the device, multiplies two small matrices in float32 and in float16, and takes everything out again.
 *
 * Waits for the GPU.
 *
 * @param progress - told what happens, in words
 * @returns what was found
 * @throws Error of `registerWebGPU` where there is no device
 */
export async function probeDevice(progress: (what: string) => void): Promise<ProbeReport> {
  const before = tf.engine().backendName;
  progress('Asking for a device and probing its conversions …');
  const handle = await registerWebGPU({ backendName: BACKEND });
  try {
    await tf.setBackend(BACKEND);
    const [a, b] = [testMatrix(SIZE, 1), testMatrix(SIZE, 2)];
    const exact = exactProduct(a, b, SIZE);
    const products: ProductRun[] = [];
    for (const storage of ['float32', 'float16'] as const) {
      progress(`Multiplying two matrices in ${storage} …`);
      products.push(await runProduct(a, b, storage));
    }
    return { capabilities: handle.capabilities, size: SIZE, exactSample: [...exact.values.subarray(0, SAMPLE)], products };

    async function runProduct(left: Float32Array, right: Float32Array, storage: ProductRun['storage']): Promise<ProductRun> {
      const inputs = [tf.tensor2d(left, [SIZE, SIZE]), tf.tensor2d(right, [SIZE, SIZE])] as const;
      const multiply = (): tf.Tensor => (storage === 'float16' ? autocast(HALF, () => tf.matMul(...inputs)) : tf.matMul(...inputs));
      const times: number[] = [];
      let values: Float32Array = new Float32Array();
      for (let turn = 0; turn < 10; turn += 1) {
        const start = performance.now();
        const product = multiply();
        values = await product.data<'float32'>();
        times.push(performance.now() - start);
        product.dispose();
      }
      const idle = handle.memory().physicalBytes;
      const product = multiply();
      const resultBytes = handle.memory().physicalBytes - idle;
      const stored = storageOf(product);
      if (stored !== storage)
        throw new Error(`[explorables] the product must lie in ${storage}, got ${stored}. Report this with the JSON of the device check.`);
      tf.dispose([product, ...inputs]);
      const [firstMs = NaN, ...others] = times;
      return {
        storage,
        ...judgeProduct(values, exact, SIZE, storage),
        sample: [...values.subarray(0, SAMPLE)],
        resultBytes,
        firstMs,
        medianMs: others.toSorted((x, y) => x - y)[4] ?? NaN,
      };
    }
  } finally {
    handle.dispose();
    if (before) await tf.setBackend(before);
  }
}
