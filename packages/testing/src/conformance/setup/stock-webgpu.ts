import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { deviceName, yardstickDevice } from '../gpu-device.ts';
import type { SpecSetup } from '../protocol.ts';

/** The yardstick: stock tfjs on WebGPU, on a device with the features and limits of ours. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  const { device, info } = await yardstickDevice();
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info));
  await tf.setBackend('webgpu');
  return { backendName: 'webgpu', device: deviceName(info), isDataSync: false, flags: { WEBGPU_CPU_FORWARD: false } };
}
