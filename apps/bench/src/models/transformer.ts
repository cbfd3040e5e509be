import * as tf from '@tensorflow/tfjs-core';
import { block, blockWeights, causalMask, layerNorm } from './blocks.ts';
import { oneHotRows, toVariables } from './host-array.ts';
import type { ModelDefinition } from './model.ts';
import { TRANSFORMER, transformerArrays } from './transformer-arrays.ts';
import { variableModel } from './variable-model.ts';

/**
 * A character transformer: `depth` pre-norm blocks of width 128, 4 heads, tanh gelu, untied head, mean cross entropy over all positions.
 *
 * Characters enter as one-hot rows, because stock tfjs has no gradient of `gather` on WebGPU.
 */
export const transformer: ModelDefinition = {
  name: 'transformer',
  title: '2 blocks of width 128, 4 heads, 64 tokens',
  defaults: { batch: 8, size: 64, depth: 2, seed: 2 },
  optimizer: { name: 'adamw', learningRate: 1e-3, epsilon: 1e-8, weightDecay: 0.01 },
  item: 'token',
  items: ({ batch, size }) => batch * size,
  build(options, optimizer) {
    const { width, normEpsilon } = TRANSFORMER;
    const { batch, size: tokens, depth } = options;
    const w = toVariables(transformerArrays(options).weights);
    const blocks = Array.from({ length: depth }, (_, i) => blockWeights(w, i));
    const mask = causalMask(tokens);
    const model = variableModel(
      Object.values(w),
      ({ inputs, targets }) =>
        tf.tidy(() => {
          const looked = tf.reshape(tf.matMul(inputs, w['tok']!), [batch, tokens, width]);
          let x: tf.Tensor = tf.reshape(tf.add(looked, w['pos']!), [batch * tokens, width]);
          for (const weights of blocks) x = block(x, weights, mask, { batch, tokens, ...TRANSFORMER });
          const logits = tf.matMul(layerNorm(x, w['gf']!, w['cf']!, normEpsilon), w['head']!);
          return tf.losses.softmaxCrossEntropy(targets, logits);
        }),
      optimizer,
    );
    return {
      ...model,
      dispose() {
        model.dispose();
        mask.dispose();
      },
    };
  },
  example(options) {
    const { inputs, targets } = transformerArrays(options);
    return { inputs: oneHotRows(inputs, TRANSFORMER.vocabulary), targets: oneHotRows(targets, TRANSFORMER.vocabulary) };
  },
};
