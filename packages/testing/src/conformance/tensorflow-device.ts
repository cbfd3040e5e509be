import type * as TensorFlow from '@tensorflow/tfjs-core';

/** Names the TensorFlow below tfjs-node and where it computes. */
export function tensorflowDevice(tf: typeof TensorFlow): string {
  const { binding, isUsingGpuDevice } = tf.findBackend('tensorflow') as unknown as TensorFlowBackend;
  return `TensorFlow ${binding.TF_Version}, ${isUsingGpuDevice ? 'GPU' : 'CPU'}`;
}

/** The public fields of tfjs-node's backend that are read here. */
interface TensorFlowBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}
