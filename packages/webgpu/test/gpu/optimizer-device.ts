import * as tf from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../../src/backend.ts';
import type { WebGPUHandle } from '../../src/index.ts';
import { useWebGPU } from '../../src/index.ts';
import type { DeviceTraits } from '../../src/kernels/kernel-source.ts';
import { createFusedOptimizer } from '../../src/optimizer/index.ts';
import { dispatchNow } from './dispatch-now.ts';
import { traitsOf } from './kernel-harness.ts';

/** The plug-in as current backend, and fused optimizers on it for any binding limit that the device keeps to. */
export interface OptimizerDevice {
  readonly handle: WebGPUHandle;
  readonly fused: (traits?: Partial<DeviceTraits>) => ReturnType<typeof createFusedOptimizer>;
}

/** Op by op is what fused steps are compared with, so nothing else is fused unless asked for. */
export async function optimizerDevice(fusion: 'on' | 'off' = 'off'): Promise<OptimizerDevice> {
  const handle = await useWebGPU({ fusion });
  const backend = tf.backend() as HalfBackend;
  const { codecs, conversion } = handle.capabilities;
  const recorder = fusion === 'on' ? backend : dispatchNow(backend, { conversion: { codecs, ...conversion } });
  const host = { record: recorder.record.bind(recorder), disposeData: (dataId: object) => backend.disposeData(dataId) };
  const own = traitsOf(backend.device, 'cpu');
  const atMost = (wanted = own.maxStorageBuffers): number => Math.min(wanted, own.maxStorageBuffers);
  const fused = (traits: Partial<DeviceTraits> = {}): ReturnType<typeof createFusedOptimizer> =>
    createFusedOptimizer(host, { ...own, ...traits, maxStorageBuffers: atMost(traits.maxStorageBuffers) });
  return { handle, fused };
}

/** A tensor for a handle that a plug-in gave; the caller disposes it. */
export function tensorOf(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** The bits of a float tensor. Waits for the GPU. */
export async function bitsOf(tensor: tf.Tensor): Promise<Uint32Array> {
  return new Uint32Array(Float32Array.from(await tensor.data()).buffer);
}
