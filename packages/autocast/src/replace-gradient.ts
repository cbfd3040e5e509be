import type { GradConfig } from '@tensorflow/tfjs-core';
import { getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';

/**
 * Puts a gradient in the place of a registered one. For plug-ins.
 *
 * tfjs has one registry of gradients for the whole process, whatever the backend: `replace` must call what it is given
 * wherever the backend is not the plug-in's own. Pure bookkeeping, never waits for the GPU. Without registered gradients
 * (tfjs-core alone) nothing happens.
 *
 * @param kernelName - tfjs's name of the kernel
 * @param replace - gets the gradient that is registered and gives the one to register
 * @returns a function that puts the previous one back, unless somebody replaced ours since
 *
 * @example
 * const undo = replaceGradient('Relu', (previous) => ({ ...previous, gradFunc: (dy, saved, attrs) => previous.gradFunc(dy, saved, attrs) }));
 * undo();
 */
export function replaceGradient(kernelName: string, replace: (previous: GradConfig) => GradConfig): () => void {
  const previous: GradConfig | undefined = getGradient(kernelName);
  if (previous === undefined) return () => undefined;
  const replacement = replace(previous);
  unregisterGradient(kernelName);
  registerGradient(replacement);
  return () => {
    if (getGradient(kernelName) !== replacement) return;
    unregisterGradient(kernelName);
    registerGradient(previous);
  };
}
