import { serialization } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CausalAttention } from './causal-attention.ts';
import { PositionEmbedding } from './position-embedding.ts';
import { RowNorm } from './row-norm.ts';

/** Layers that tfjs does not have. */
const OWN_LAYERS = [CausalAttention, PositionEmbedding, RowNorm] as const;

/** Makes them known to tfjs by their names, which checkpoints and files hold. */
export function registerOwnLayers(): void {
  for (const layer of OWN_LAYERS) serialization.registerClass(layer);
}

/** Class names of a model's layers that plain tfjs cannot open before they are registered. Pure. */
export function ownLayersOf({ layers }: LayersModel): readonly string[] {
  return OWN_LAYERS.filter((own) => layers.some((layer) => layer instanceof own)).map(({ className }) => className);
}
