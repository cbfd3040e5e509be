import * as tf from '@tensorflow/tfjs';
import { mixedPrecisionOptimizer } from '../src/index.ts';

/** Calls its watcher in every forward pass and hands on what it gets. */
class Watch extends tf.layers.Layer {
  static readonly className: string = 'Watch';
  readonly #watch: () => void;

  constructor(watch: () => void) {
    super({});
    this.#watch = watch;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    this.#watch();
    return inputs;
  }

  override getClassName(): string {
    return Watch.className;
  }
}

/** A model of two dense layers whose optimizer brings the policy; the same weights each time. */
export function watchedModel(policy: string, watch: () => void): { readonly model: tf.Sequential; dispose(): void } {
  const dense = (seed: number, activation: 'relu' | 'linear'): tf.layers.Layer =>
    tf.layers.dense({
      units: 32,
      activation,
      kernelInitializer: tf.initializers.glorotUniform({ seed }),
      ...(seed === 1 ? { inputShape: [32] } : {}),
    });
  const model = tf.sequential({ layers: [dense(1, 'relu'), new Watch(watch), dense(2, 'linear')] });
  const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.05), { policy });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return {
    model,
    dispose: () => {
      model.dispose();
      optimizer.dispose();
    },
  };
}
