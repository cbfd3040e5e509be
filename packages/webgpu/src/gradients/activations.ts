import { engine } from '@tensorflow/tfjs-core';
import { replaceGradient } from '@halftone/autocast';

/**
 * Makes the gradient of `Relu` keep the result instead of the input.
 *
 * Both have the same sign, so the gradient is the same bit for bit. But the result is kept by the next layer anyway, and
 * the input by nobody else: it need not be stored when relu is fused into what computes it. tfjs's other activation
 * gradients either keep their result already (elu, sigmoid, tanh) or need their input (selu, softplus, prelu, and relu6,
 * where 6 is both inside and outside); what they are composed of is fused as any elementwise work.
 *
 * @param backendName - the backend on which ours holds
 * @returns a function that puts the previous gradient back
 */
export function installActivationGradients(backendName: string): () => void {
  return replaceGradient('Relu', (previous) => ({
    kernelName: previous.kernelName,
    gradFunc: previous.gradFunc, // dy · step(saved)
    get inputsToSave() {
      return engine().backendName === backendName ? [] : (previous.inputsToSave ?? []);
    },
    get outputsToSave() {
      return engine().backendName === backendName ? [true] : (previous.outputsToSave ?? []);
    },
  }));
}
