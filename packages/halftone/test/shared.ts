import * as tf from '@tensorflow/tfjs';
import * as autocast from '@halftone/autocast';
import * as lossScale from '@halftone/loss-scale';
import * as optimizer from '@halftone/optimizer';
import type { FitModel, OptimizerSuiteOptions } from '@halftone/testing/optimizer-suite';

/** Two dense layers around batch norm; the same weights each time. */
function model(inner: tf.Optimizer): FitModel {
  const { layers } = tf;
  const kernelInitializer = (seed: number): ReturnType<typeof tf.initializers.glorotUniform> => tf.initializers.glorotUniform({ seed });
  const net = tf.sequential({
    layers: [
      layers.dense({ inputShape: [64], units: 32, kernelInitializer: kernelInitializer(1) }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.reLU(),
      layers.dense({ units: 2, activation: 'softmax', kernelInitializer: kernelInitializer(2) }),
    ],
  });
  net.compile({ optimizer: inner, loss: 'categoricalCrossentropy' });
  return net;
}

/** What is the same for every backend that runs the shared tests. */
export const shared: Pick<OptimizerSuiteOptions, 'tf' | 'autocast' | 'lossScale' | 'optimizer' | 'model'> = {
  tf,
  autocast,
  lossScale,
  optimizer,
  model,
};
