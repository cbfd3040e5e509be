import type { Tensor } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import { replaceGradient } from '@halftone/autocast';
import { SOFTMAX_GRAD } from '../kernels/rows/kernel-names.ts';
import { isRecording } from './recording.ts';

/**
 * Replaces the gradients of `Softmax` and `LogSoftmax` by one kernel each, where tfjs composes four.
 *
 * On every other backend, and where the gradient is itself differentiated, the previous gradient is called.
 *
 * @param backendName - the backend on which ours hold
 * @returns a function that puts the previous gradients back
 */
export function installSoftmaxGradient(backendName: string): () => void {
  const undo = (['Softmax', 'LogSoftmax'] as const).map((kernelName) =>
    replaceGradient(kernelName, (previous) => ({
      ...previous,
      gradFunc: (dy, saved, attrs) => {
        const [y] = saved;
        if (engine().backendName !== backendName || isRecording() || y === undefined) return previous.gradFunc(dy, saved, attrs);
        return { logits: () => engine().runKernel<Tensor>(SOFTMAX_GRAD, { dy: dy as Tensor, y }, { log: kernelName === 'LogSoftmax' }) };
      },
    })),
  );
  return () => undo.forEach((one) => one());
}
