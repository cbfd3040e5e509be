import { input, layers, model, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TaskShape } from '../tasks/task.ts';
import { CausalAttention } from './causal-attention.ts';
import { PositionEmbedding } from './position-embedding.ts';
import { RowNorm } from './row-norm.ts';

const WIDTH = 64;
const HEADS = 4;
const DEPTH = 2;

/** A character model in the manner of GPT: pre-norm blocks of attention and of two dense layers; it ends in logits of the next character. */
export function transformer({ tokens, vocabulary }: Extract<TaskShape, { readonly model: 'transformer' }>): LayersModel {
  const characters = input({ shape: [tokens], dtype: 'int32' });
  let x = layers
    .embedding({ inputDim: vocabulary, outputDim: WIDTH, inputLength: tokens, embeddingsInitializer: 'zeros' })
    .apply(characters) as SymbolicTensor;
  x = new PositionEmbedding().apply(x) as SymbolicTensor;
  for (let i = 0; i < DEPTH; i += 1) {
    const triple = dense(3 * WIDTH).apply(new RowNorm().apply(x)) as SymbolicTensor;
    x = added(x, dense(WIDTH).apply(new CausalAttention({ heads: HEADS }).apply(triple)) as SymbolicTensor);
    const wide = dense(4 * WIDTH, 'gelu_new').apply(new RowNorm().apply(x)) as SymbolicTensor;
    x = added(x, dense(WIDTH).apply(wide) as SymbolicTensor);
  }
  return model({ inputs: characters, outputs: dense(vocabulary).apply(new RowNorm().apply(x)) as SymbolicTensor });
}

const dense = (units: number, activation?: 'gelu_new'): layers.Layer =>
  layers.dense({ units, kernelInitializer: 'zeros', ...(activation === undefined ? {} : { activation }) });

const added = (x: SymbolicTensor, y: SymbolicTensor): SymbolicTensor => layers.add().apply([x, y]) as SymbolicTensor;
