import { setDefaultPolicy } from '@halftone/autocast';
import { registerNode } from '@halftone/node';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { useHalfTolerance } from '../keep-backend.ts';
import { tensorflowDevice } from '../tensorflow-device.ts';
import type { SpecSetup } from '../protocol.ts';

/** `@halftone/node` with every float handle in the mode's format, or, with no policy at all, as stock has them. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  const { backendName } = await registerNode();
  await tf.setBackend(backendName);
  if (CONFORMANCE_MODE !== 'float32') {
    setDefaultPolicy(CONFORMANCE_MODE === 'bfloat16' ? 'bfloat16' : 'float16');
    useHalfTolerance(tf);
  }
  return { backendName, device: tensorflowDevice(tf), isDataSync: true };
}
