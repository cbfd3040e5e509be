import * as tf from '@tensorflow/tfjs-core';
import { blockArrays, drawnMatrix } from './block-arrays.ts';
import { block, blockWeights, causalMask } from './blocks.ts';
import { filled, toVariables, type HostArray } from './host-array.ts';
import type { ModelDefinition, ModelOptions } from './model.ts';
import { operationsFor } from './operations.ts';
import { seeded } from './seeded.ts';
import { variableModel } from './variable-model.ts';

const SHAPE = { width: 768, heads: 12, vocabulary: 50_257, normEpsilon: 1e-5 } as const;

/** DistilGPT-2 by its shape: 6 blocks of width 768, 12 heads, 50,257 tokens, tied embeddings; seeded weights. */
export const distilgpt2: ModelDefinition = {
  name: 'distilgpt2',
  title: 'DistilGPT-2, 82 M parameters',
  defaults: { batch: 1, size: 128, depth: 6, seed: 6 },
  optimizer: { name: 'adamw', learningRate: 1e-4, epsilon: 1e-8, weightDecay: 0.01 },
  item: 'token',
  items: ({ batch, size }) => batch * size,
  build(options, optimizer) {
    const { width, normEpsilon } = SHAPE;
    const { batch, size: tokens, depth } = options;
    const w = toVariables(weightArrays(options));
    const blocks = Array.from({ length: depth }, (_, i) => blockWeights(w, i));
    const mask = causalMask(tokens);
    const { norm, lookUp, meanCrossEntropy } = operationsFor(tf.getBackend());
    const model = variableModel(
      Object.values(w),
      ({ inputs, targets }) =>
        tf.tidy(() => {
          const looked = tf.reshape(lookUp(w['tok']!, inputs as tf.Tensor1D), [batch, tokens, width]);
          let x: tf.Tensor = tf.reshape(tf.add(looked, w['pos']!), [batch * tokens, width]);
          for (const weights of blocks) x = block(x, weights, mask, { batch, tokens, norm, ...SHAPE });
          const logits = tf.matMul(norm(x, w['gf']!, w['cf']!, normEpsilon), w['tok']!, false, true);
          return meanCrossEntropy(logits as tf.Tensor2D, targets as tf.Tensor1D);
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
  example({ batch, size, seed }) {
    const ids = seeded(seed + 1000).integers(batch * (size + 1), SHAPE.vocabulary);
    const rows = (shift: 0 | 1): Int32Array =>
      Int32Array.from({ length: batch * size }, (_, i) => ids[Math.floor(i / size) * (size + 1) + (i % size) + shift] ?? 0);
    return { inputs: tf.tensor1d(rows(0), 'int32'), targets: tf.tensor1d(rows(1), 'int32') };
  },
};

function weightArrays({ size: tokens, depth, seed }: ModelOptions): Record<string, HostArray> {
  const { width, vocabulary } = SHAPE;
  const random = seeded(seed);
  return {
    tok: drawnMatrix(random, vocabulary, width),
    pos: drawnMatrix(random, tokens, width),
    ...blockArrays(random, { width, depth }),
    gf: filled([width], 1),
    cf: filled([width], 0),
  };
}
