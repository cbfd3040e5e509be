import type { serialization, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { layerNorm } from '@halftone/webgpu';

type Weight = ReturnType<layers.Layer['addWeight']>;

/**
 * Layer normalisation over the last axis in one kernel forward and two backward. The layer that tfjs brings is composed of dozens of
 * operations, whose fused kernels a driver for CPUs compiles for minutes.
 */
export class RowNorm extends layers.Layer {
  /** @nocollapse */
  static get className(): string {
    return 'RowNorm';
  }

  #weights: readonly [Weight, Weight] | null = null;

  constructor(config: { readonly name?: string } = {}) {
    super(config.name === undefined ? {} : { name: config.name });
  }

  override build(inputShape: (number | null)[]): void {
    const width = inputShape.at(-1) ?? 1;
    this.#weights = [
      this.addWeight('gain', [width], 'float32', initializers.ones()),
      this.addWeight('shift', [width], 'float32', initializers.zeros()),
    ];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    if (this.#weights === null) throw new Error('[playground] a layer must be built before it is called, got a call. Use it in a model.');
    const [gain, shift] = this.#weights;
    return layerNorm(Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs, gain.read() as Tensor1D, shift.read() as Tensor1D);
  }

  override getConfig(): serialization.ConfigDict {
    return super.getConfig();
  }
}
