import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { add, mul } from '@tensorflow/tfjs-core';
import type { MomentConfig, MomentOptions } from './moment-optimizer.ts';
import { MomentOptimizer } from './moment-optimizer.ts';

/** Adam with decoupled weight decay; `adamW` makes it. Register the class with tfjs to load models that were saved with it. */
export class AdamWOptimizer extends MomentOptimizer {
  /** @nocollapse */
  static get className(): string {
    return 'AdamW';
  }

  protected override move(value: Tensor, { direction, decay }: { readonly direction: Tensor; readonly decay: number }): Tensor {
    return add(mul(direction, -this.learningRate), mul(value, 1 - this.learningRate * decay));
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { learningRate, ...options } = config as unknown as MomentConfig;
    return new (cls as unknown as new (learningRate: number, options: MomentOptions) => T)(learningRate, options);
  }
}

/**
 * Makes an AdamW optimizer, which tfjs lacks: Adam whose weight decay does not go through the moments.
 *
 * w ← w · (1 − learningRate · weightDecay) − learningRate · m̂ / (√v̂ + epsilon), all in float32.
 * Its slots are created by the first step, saved and restored as those of tfjs's Adam are.
 *
 * Allocates two scalars now and two tensors for each variable at the first step; `dispose()` frees them.
 *
 * @param learningRate - 0.001 unless given
 * @param options - `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7 (the backend's), `weightDecay` 0.01, `excludeFromDecay` none
 * @returns a tf.Optimizer
 * @throws RangeError for a number outside of its range
 * @see Loshchilov and Hutter, Decoupled Weight Decay Regularization, arXiv 1711.05101; torch.optim.AdamW
 *
 * @example
 * const weight = tf.variable(tf.scalar(1));
 * const optimizer = adamW(0.5, { weightDecay: 0.5 });
 * optimizer.minimize(() => weight.mul(0));
 * weight.dataSync()[0]; // 0.75
 */
export function adamW(learningRate = 0.001, options: MomentOptions = {}): AdamWOptimizer {
  return new AdamWOptimizer(learningRate, options);
}
