import '@tensorflow/tfjs-backend-cpu';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { SpecSetup } from '../protocol.ts';

/** The yardstick: stock tfjs's plain JavaScript backend. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  await tf.setBackend('cpu');
  return { backendName: 'cpu', device: 'JavaScript', isDataSync: true };
}
