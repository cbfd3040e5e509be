import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer, OptimizerState } from '@halftone/optimizer';
import { optimizerState } from '@halftone/optimizer';
import type { MixedPrecisionModelOptions } from '../layers/options.ts';
import { state } from '../layers/state.ts';
import type { ModelView, WeightView } from '../layers/tfjs-layers.ts';
import type { Refusals } from './cannot-cross.ts';
import type { OptimizerRow } from './optimizer-table.ts';
import { optimizerRow, slotsInUse } from './optimizer-table.ts';
import { optimizerParts } from './optimizer-to-keras.ts';
import type { PlacedWeight } from './weight-paths.ts';

/** The optimizer of a compiled model and what is around it. */
export interface CompiledOptimizer {
  readonly inner: Optimizer;
  readonly wrapper: MixedPrecisionOptimizer | null;
  readonly options: MixedPrecisionModelOptions;
  /** The rule of the scale, where the loss is scaled. */
  readonly lossScale: LossScale | null;
  readonly row: OptimizerRow | undefined;
  /** Weights in the order of the optimizer's slots. */
  readonly trained: readonly PlacedWeight[];
}

/** The optimizer that a model was compiled with, or `null`. Notes a wrapper whose settings nobody can read. */
export function compiledOptimizer(model: LayersModel, weights: readonly PlacedWeight[], refused: Refusals): CompiledOptimizer | null {
  const optimizer = model.optimizer as Optimizer | undefined;
  if (optimizer === undefined) return null;
  const record = state().records.get(model);
  const { inner, wrapper } = optimizerParts(optimizer);
  if (wrapper !== null && record?.wrapped?.wrapper !== wrapper) {
    refused.add('an optimizer that was wrapped by hand: compile with the inner one and call mixedPrecision(model, policy, options)');
  }
  const options = record?.options ?? {};
  const scaled = wrapper !== null && record?.wrapped?.scaled === true;
  return {
    inner,
    wrapper,
    options,
    lossScale: scaled ? (options.lossScale ?? dynamicLossScale()) : null,
    row: optimizerRow(inner.getClassName()),
    trained: trainedWeights(model as unknown as ModelView, weights, refused),
  };
}

/** What `compile` found trainable, which is the order of gradients and of slots. */
function trainedWeights(model: ModelView, weights: readonly PlacedWeight[], refused: Refusals): readonly PlacedWeight[] {
  const collected = (model.model ?? model).collectedTrainableWeights ?? model.collectedTrainableWeights ?? [];
  const now = new Set<WeightView>(model.trainableWeights);
  if (now.size !== collected.length || collected.some((weight) => !now.has(weight))) {
    refused.add('layers that were frozen or freed after compile(): compile again');
  }
  const placed = new Map(weights.map((each) => [each.weight, each]));
  return collected.flatMap((weight) => placed.get(weight) ?? []);
}

/** A slot in Keras's words: its key in the file, and the tensor that holds it, or the number that it begins with. */
export interface CrossingSlot {
  readonly key: string;
  readonly shape: readonly number[];
  readonly tensor: Tensor | null;
  readonly start: number;
  /** Keras's number is ours times this. */
  readonly factor: number;
}

/** The slots of an optimizer by Keras's names; none as long as it has none and has not stepped. */
export function crossingSlots({ inner, row, trained }: CompiledOptimizer): readonly CrossingSlot[] {
  const { slots, iterations, config, learningRate = 0 }: OptimizerState = optimizerState(inner);
  if (row === undefined || (slots.length === 0 && iterations === 0)) return [];
  const held = new Map(slots.map(({ list, index, variable }) => [`${list} ${index}`, variable]));
  const start = Number(config['initialAccumulatorValue'] ?? 0);
  return trained.flatMap(({ key, weight }, index) =>
    slotsInUse(row, config).map((slot) => ({
      key: `${key}/${slot}`,
      shape: weight.shape as readonly number[],
      tensor: held.get(`${row.slots[slot]?.[0]} ${index}`) ?? null,
      start,
      factor: row.holdsSteps === true ? -learningRate : 1,
    })),
  );
}

/** Keys of the weights that an optimizer leaves out of its decay. */
export function undecayedKeys({ inner, trained }: CompiledOptimizer): readonly string[] {
  const parts: unknown = inner.getConfig()['excludeFromDecay'];
  if (!Array.isArray(parts)) return [];
  return trained.filter(({ weight }) => parts.some((part) => weight.name.includes(String(part)))).map(({ key }) => key);
}
