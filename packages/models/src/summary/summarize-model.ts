import type { GraphModel } from '@tensorflow/tfjs-converter';
import { util } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { formatPolicy } from '@halftone/policy';
import { isGraphModel } from '../graph/graph-view.ts';
import { summarizeGraph } from '../graph/summarize-graph.ts';
import { planOf } from '../layers/model-plan.ts';
import type { LayerPolicy } from '../layers/layer-policies.ts';
import { layerPolicy } from '../layers/layer-policies.ts';
import type { PlacedLayer } from '../layers/layer-tree.ts';
import { leavesOf } from '../layers/layer-tree.ts';
import { state } from '../layers/state.ts';
import type { WeightView } from '../layers/tfjs-layers.ts';
import { viewOf } from '../layers/tfjs-layers.ts';
import type { LayerSummary, ModelSummary } from './layer-summary.ts';
import { reasonsFor } from './reasons.ts';

/** Bytes a number in stock tfjs; everything else takes four. */
const SMALL_TYPES: Readonly<Record<string, number>> = { bool: 1 };

/**
 * Tells layer by layer which policy holds, how weights are stored, what they take, and why something stays float32.
 *
 * Data for programs; `summary` prints the same as a table. Layers of models inside come one by one, layers inside wrappers and
 * recurrent layers with the layer around them, shared layers once. Of a Graph model the rows are its ops that have weights, each with
 * the float constants that it takes; integers (shapes, axes) are left out. Constants that do not fit a half format are named.
 *
 * Synchronous; reads no weight and never waits for the GPU.
 *
 * @param model - a Layers or Graph model, in mixed precision or not
 * @returns one entry a layer and the sums
 * @throws TypeError if `model` is no model of tfjs
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'softmax' })] }));
 * const [dense] = summarizeModel(model).layers;
 * dense.compute; // 'float16'
 * dense.parameters; // 8
 */
export function summarizeModel(model: LayersModel | GraphModel): ModelSummary {
  if (isGraphModel(model)) return summarizeGraph(model);
  const view = viewOf(model, 'summarizeModel()');
  const record = state().records.get(model);
  const frozen = record === undefined ? [] : planOf(record).frozen;
  const trained = new Set(view.trainableWeights);
  const layers = leavesOf(view).map((placed) => {
    const policy = record === undefined ? null : layerPolicy(record, placed);
    const weights = placed.layer.weights as unknown as readonly WeightView[];
    return {
      ...summarizeWeights(placed, weights, trained),
      ...summarizePolicy(policy),
      float32:
        record === undefined || policy === null
          ? ['the model is not in mixed precision']
          : reasonsFor(record, placed.layer, { policy, frozen, trained }),
    };
  });
  const sum = (part: 'parameters' | 'trainable' | 'bytesFloat32' | 'bytesNow'): number =>
    layers.reduce((total, layer) => total + layer[part], 0);
  return {
    name: view.name,
    policy: record === undefined ? null : formatPolicy(record.policy),
    layers,
    parameters: sum('parameters'),
    trainable: sum('trainable'),
    bytesFloat32: sum('bytesFloat32'),
    bytesNow: sum('bytesNow'),
    lossScaling: record?.wrapped?.scaled ?? false,
  };
}

function summarizePolicy(found: LayerPolicy | null): Pick<LayerSummary, 'policy' | 'compute'> {
  // what the last activation adds is told as a reason, not as the user's override
  return found === null ? { policy: 'float32', compute: 'float32' } : { policy: formatPolicy(found.set), compute: found.policy.compute };
}

function summarizeWeights(
  { path, layer }: PlacedLayer,
  weights: readonly WeightView[],
  trained: ReadonlySet<WeightView>,
): Omit<LayerSummary, 'policy' | 'compute' | 'float32'> {
  const sizes = weights.map((weight) => ({
    size: util.sizeFromShape(weight.shape as number[]),
    trained: trained.has(weight),
    storage: storageOf(weight.read()),
    wide: SMALL_TYPES[weight.dtype] ?? 4,
  }));
  const total = (of: (weight: (typeof sizes)[number]) => number): number => sizes.reduce((sum, weight) => sum + of(weight), 0);
  return {
    path,
    className: layer.getClassName(),
    storage: [...new Set(sizes.map(({ storage }) => storage))].sort().join('+') || '-',
    parameters: total(({ size }) => size),
    trainable: total(({ size, trained }) => (trained ? size : 0)),
    bytesFloat32: total(({ size, wide }) => size * wide),
    bytesNow: total(({ size, wide, storage }) => size * (storage === 'float32' ? wide : 2)),
  };
}
