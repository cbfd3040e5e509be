import type * as TensorFlow from '@tensorflow/tfjs-core';

/** What {@link leakCheck} needs of TensorFlow.js; any copy of `@tensorflow/tfjs` or `tfjs-core` will do. */
export type LeakCheckTensorFlow = Pick<typeof TensorFlow, 'memory' | 'ones' | 'square' | 'tidy'>;

/** What was held before `fn` and what after it; device bytes only where the backend tells. */
export interface LeakReport {
  readonly tensors: readonly [before: number, after: number];
  readonly dataBuffers: readonly [before: number, after: number];
  readonly deviceBytes?: readonly [before: number, after: number];
}

/**
 * Runs `fn` and throws if tensors, data buffers or device bytes are left behind.
 *
 * Waits for the GPU twice, as backends free buffers only with the next submit: a small kernel is run and read before each
 * count. Warm up what caches on its first call (pipelines, weights) before, or its bytes count as a leak. A tensor that
 * `fn` returns counts as left behind: dispose it or return its values.
 *
 * @param tf - TensorFlow.js with its backend set
 * @param fn - the work; may be asynchronous
 * @returns what was counted
 * @throws Error if anything grew, naming what and by how much
 *
 * @example
 * await leakCheck(tf, () => tf.tidy(() => tf.ones([4]).square().dataSync())); // { tensors: [0, 0], dataBuffers: [0, 0] }
 */
export async function leakCheck(tf: LeakCheckTensorFlow, fn: () => unknown): Promise<LeakReport> {
  const before = await count(tf);
  await fn();
  const after = await count(tf);
  const report: LeakReport = {
    tensors: [before.tensors, after.tensors],
    dataBuffers: [before.dataBuffers, after.dataBuffers],
    ...(before.deviceBytes === undefined || after.deviceBytes === undefined
      ? {}
      : { deviceBytes: [before.deviceBytes, after.deviceBytes] as const }),
  };
  const grown = Object.entries(report).filter(([, [start, end]]) => start !== end);
  if (grown.length > 0) {
    const facts = grown.map(([what, [start, end]]) => `${what} ${start} -> ${end}`).join(', ');
    throw new Error(
      `[testing] memory must be the same before and after, got ${facts}. Dispose what the work makes, or wrap it in tf.tidy().`,
    );
  }
  return report;
}

async function count(tf: LeakCheckTensorFlow): Promise<{ tensors: number; dataBuffers: number; deviceBytes: number | undefined }> {
  const flush = tf.tidy(() => tf.square(tf.ones([4096]))); // above the size that the WebGPU backend hands to its CPU twin
  await flush.data();
  flush.dispose();
  const memory: ReturnType<LeakCheckTensorFlow['memory']> & { readonly numBytesInGPU?: number } = tf.memory();
  return { tensors: memory.numTensors, dataBuffers: memory.numDataBuffers, deviceBytes: memory.numBytesInGPU };
}
