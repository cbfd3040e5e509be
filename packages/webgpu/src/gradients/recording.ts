import { engine } from '@tensorflow/tfjs-core';

/** Whether what is computed now may be differentiated again: then kernels without a gradient of their own must not be used. */
export function isRecording(): boolean {
  return engine().state.gradientDepth > 0;
}
