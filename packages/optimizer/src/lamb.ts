import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { add, div, greater, maximum, minimum, mul, onesLike, sqrt, square, sub, sum, where } from '@tensorflow/tfjs-core';
import type { MomentConfig, MomentOptions } from './moment-optimizer.ts';
import { MomentOptimizer } from './moment-optimizer.ts';

/** Layer-wise adaptive moments; `lamb` makes it. Register the class with tfjs to load models that were saved with it. */
export class LambOptimizer extends MomentOptimizer {
  /** @nocollapse */
  static get className(): string {
    return 'Lamb';
  }

  protected override move(value: Tensor, { direction, decay }: { readonly direction: Tensor; readonly decay: number }): Tensor {
    const step = decay === 0 ? direction : add(direction, mul(value, decay));
    return sub(value, mul(mul(trustRatio(value, step), this.learningRate), step));
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

/** ‖value‖ / ‖step‖, or 1 where either is 0: a zero gradient must not make NaN. */
function trustRatio(value: Tensor, step: Tensor): Tensor {
  const weight = sqrt(sum(square(value)));
  const length = sqrt(sum(square(step)));
  const ratio = div(weight, maximum(length, 2 ** -126));
  return where(greater(minimum(weight, length), 0), ratio, onesLike(ratio));
}

/**
 * Makes a LAMB optimizer, which tfjs lacks: Adam's direction, as long for each variable as the variable itself asks for.
 *
 * Lets very large batches train: w ← w − learningRate · ‖w‖/‖r‖ · r with r = m̂ / (√v̂ + epsilon) + weightDecay · w, norms
 * for each variable, all in float32. Combine it with `clipNorm: 1`, as its authors do.
 *
 * Allocates two scalars now and two tensors for each variable at the first step; `dispose()` frees them.
 *
 * @param learningRate - 0.001 unless given
 * @param options - `beta1` 0.9, `beta2` 0.999, `epsilon` 1e-7 (the backend's), `weightDecay` 0.01, `excludeFromDecay` none
 * @returns a tf.Optimizer
 * @throws RangeError for a number outside of its range
 * @see You et al., Large Batch Optimization for Deep Learning, arXiv 1904.00962; keras.optimizers.Lamb (which has no decay inside r)
 *
 * @example
 * const weight = tf.variable(tf.scalar(4));
 * const optimizer = lamb(0.5, { weightDecay: 0, epsilon: 0 });
 * optimizer.minimize(() => weight.square());
 * weight.dataSync()[0]; // 2
 */
export function lamb(learningRate = 0.001, options: MomentOptions = {}): LambOptimizer {
  return new LambOptimizer(learningRate, options);
}
