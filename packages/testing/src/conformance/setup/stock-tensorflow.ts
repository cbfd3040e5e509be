import type * as TensorFlow from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-node';
import { tensorflowDevice } from '../tensorflow-device.ts';
import type { SpecSetup } from '../protocol.ts';

/** The yardstick: stock tfjs-node. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  await tf.setBackend('tensorflow');
  return { backendName: 'tensorflow', device: tensorflowDevice(tf), isDataSync: true };
}
