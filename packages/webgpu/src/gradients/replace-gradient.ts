import type { GradConfig } from '@tensorflow/tfjs-core';
import { engine, getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';

/**
 * Puts a gradient in the place of a registered one.
 *
 * The registry is one for the whole process: `replace` must call what it is given wherever the backend is not ours.
 *
 * @returns a function that puts the previous one back, unless somebody replaced ours since
 */
export function replaceGradient(kernelName: string, replace: (previous: GradConfig) => GradConfig): () => void {
  const previous: GradConfig | undefined = getGradient(kernelName);
  if (previous === undefined) return () => undefined; // tfjs-core alone: there are no gradients
  const replacement = replace(previous);
  unregisterGradient(kernelName);
  registerGradient(replacement);
  return () => {
    if (getGradient(kernelName) !== replacement) return;
    unregisterGradient(kernelName);
    registerGradient(previous);
  };
}

/** Whether what is computed now may be differentiated again: then kernels without a gradient of their own must not be used. */
export function isRecording(): boolean {
  return engine().state.gradientDepth > 0;
}
