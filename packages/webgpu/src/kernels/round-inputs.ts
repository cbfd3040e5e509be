import type { KernelDecision, Storage } from '@halftone/autocast';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { util, Variable } from '@tensorflow/tfjs-core';
import type { HalfBackend } from '../backend.ts';
import { SOFTMAX_GRAD } from './rows/kernel-names.ts';

/** As in autocast: fewer elements stay float32. */
const TINY_SIZE = 256;

/** The inputs of a kernel, some of them copies in half; `release` lets go of the copies when the kernel has been recorded. */
interface Rounded {
  readonly inputs: NamedTensorInfoMap;
  readonly release: () => void;
}

/**
 * Float32 activations that go into products: sums that came out float32 (a layer norm by hand) and softmax.
 *
 * PyTorch casts the inputs of a product to half; so does this, for activations. Parameters are converted on load, what
 * the user brought is read as it is, and other results of denied kernels stay as they are. An activation that only
 * products need is then stored in half and nowhere else. The gradient of a softmax takes the numbers that the product took.
 */
export class RoundedInputs {
  readonly #activations = new WeakSet<object>();
  readonly #halved = new WeakMap<object, Exclude<Storage, 'float32'>>();

  /** Notes float32 results that a product would take in half. */
  note({ kernelName, opClass, half, forced, fromParameters, inputs }: KernelDecision, outputs: TensorInfo | readonly TensorInfo[]): void {
    if (half !== null || forced || fromParameters) return;
    const follows = opClass === 'pass' && inputs.some(({ dataId }) => this.#activations.has(dataId));
    if (opClass !== 'promote' && !follows && kernelName !== 'Softmax') return;
    for (const { dataId, dtype, shape } of [outputs].flat()) {
      if (dtype === 'float32' && util.sizeFromShape(shape) >= TINY_SIZE) this.#activations.add(dataId);
    }
  }

  /** The inputs of a kernel, with activations in half where it is a product, or the gradient of a softmax that went into one. */
  round({ kernelName, opClass, half, forced }: KernelDecision, inputs: NamedTensorInfoMap, backend: HalfBackend): Rounded {
    const product = opClass === 'allow' && !forced ? half : null;
    if (product === null && kernelName !== SOFTMAX_GRAD) return { inputs, release: () => undefined };
    const copies: TensorInfo[] = [];
    const rounded: NamedTensorInfoMap = {};
    for (const [name, input] of Object.entries(inputs)) {
      rounded[name] = input;
      if (input === undefined || Array.isArray(input) || input instanceof Variable || !this.#activations.has(input.dataId)) continue;
      const storage = product ?? this.#halved.get(input.dataId);
      if (storage === undefined) continue;
      this.#halved.set(input.dataId, storage);
      const copy = backend.toStorage(input, storage);
      rounded[name] = copy;
      copies.push(copy);
    }
    return { inputs: rounded, release: () => copies.forEach(({ dataId }) => backend.disposeData(dataId)) };
  }
}
