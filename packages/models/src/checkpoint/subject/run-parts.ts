import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GradScaler, MixedPrecisionOptimizer } from '@halftone/optimizer';
import { formatPolicy } from '@halftone/policy';
import { message } from '../../bytes/model-file-error.ts';
import { layersOf } from '../../layers/layer-tree.ts';
import { state } from '../../layers/state.ts';
import type { Layer, ModelView } from '../../layers/tfjs-layers.ts';
import { averageOf } from '../ema/ema-of.ts';
import type { WeightAverage } from '../ema/weight-average.ts';
import type { SeededDropout } from '../random/seed-dropout.ts';
import { seededDropoutOf } from '../random/seed-dropout.ts';
import { statesOf, type LayerState } from './layer-states.ts';
import type { TrainingBag } from './subject.ts';
import type { RunWeight } from '../../weights/model-weights.ts';
import { weightsOf } from '../../weights/model-weights.ts';

/** Whoever scales the loss of a run: a wrapped optimizer or a `gradScaler`. */
export type LossScaler = Pick<GradScaler & MixedPrecisionOptimizer, 'toJSON' | 'lossScaleState' | 'restore' | 'unfinished'>;

/** One optimizer of a run, without its wrapper. */
export interface RunOptimizer {
  readonly key: string;
  readonly optimizer: Optimizer;
}

/** The policies of a model in words. */
export interface RunPolicies {
  readonly policy: string | null;
  readonly layers: readonly { readonly layer: string; readonly policy: string }[];
}

/** Everything that a checkpoint of a run holds, as it is now. */
export interface RunParts {
  readonly model: LayersModel | null;
  readonly weights: readonly RunWeight[];
  /** Keys of the weights that `compile` found trainable, in the order of their gradients. */
  readonly trained: readonly string[] | null;
  readonly states: readonly LayerState[];
  readonly optimizers: readonly RunOptimizer[];
  readonly scaler: LossScaler | null;
  /** The scaler later on: another policy may bring another wrapper. */
  readonly scalerNow: () => LossScaler | null;
  readonly policies: RunPolicies;
  readonly average: WeightAverage | null;
  readonly random: SeededDropout | null;
}

/** Gathers the parts of a run. */
export function runParts(bag: TrainingBag): RunParts {
  const { model = null } = bag;
  const view = model as unknown as ModelView | null;
  const weights = weightsOf(bag);
  const optimizers = optimizersOf(bag);
  return {
    model,
    weights,
    trained: view === null ? null : trainedKeys(view, weights),
    states: view === null ? [] : statesOf(view),
    optimizers: optimizers.map(({ key, optimizer }) => ({ key, optimizer: isWrapper(optimizer) ? optimizer.inner : optimizer })),
    scaler: scalerOf(bag),
    scalerNow: () => scalerOf(bag),
    policies: policiesOf(view),
    average: bag.average ?? (model === null ? null : averageOf(model)),
    random: model === null ? null : seededDropoutOf(model),
  };
}

function scalerOf(bag: TrainingBag): LossScaler | null {
  const { scaler } = bag;
  const wrappers = optimizersOf(bag).flatMap(({ optimizer }) => (isWrapper(optimizer) ? [optimizer] : []));
  if (wrappers.length + (scaler === undefined ? 0 : 1) > 1) {
    const got = `${wrappers.length} wrapped optimizers${scaler === undefined ? '' : ' and a gradScaler'}`;
    throw new RangeError(message('a run has one loss scale', got, 'Save each to a place of its own, or use one gradScaler.'));
  }
  return scaler ?? wrappers[0] ?? null;
}

/** The policies of a model now: its own, and those of its layers by path. */
function policiesOf(model: ModelView | null): RunPolicies {
  const { records, ownPolicies } = state();
  const record = model === null ? undefined : records.get(model);
  const policyOf = (layer: Layer): string | null => {
    const policy = record?.layerPolicies.get(layer) ?? ownPolicies.get(layer)?.policy;
    return policy === undefined ? null : formatPolicy(policy);
  };
  const layers = model === null ? [] : layersOf(model).map(({ path, layer }) => ({ layer: path, policy: policyOf(layer) }));
  return {
    policy: record === undefined ? null : formatPolicy(record.policy),
    layers: layers.filter((each): each is { layer: string; policy: string } => each.policy !== null),
  };
}

function trainedKeys(view: ModelView, weights: readonly RunWeight[]): readonly string[] | null {
  const trained = (view.model ?? view).collectedTrainableWeights ?? view.collectedTrainableWeights;
  if (trained === undefined || trained === null) return null;
  const keys = new Map(weights.map(({ variableName, key }) => [variableName, key]));
  return trained.map(({ name }) => keys.get(name) ?? name);
}

function optimizersOf({ optimizer }: TrainingBag): readonly RunOptimizer[] {
  if (optimizer === undefined) return [];
  const named = isOptimizer(optimizer) ? [['optimizer', optimizer] as const] : Object.entries(optimizer);
  return named.map(([key, each]) => {
    if (!isOptimizer(each))
      throw new TypeError(message(`optimizer '${key}' must be a tf.Optimizer`, typeof each, 'Pass tf.train.adam() or the like.'));
    return { key, optimizer: each };
  });
}

function isOptimizer(value: unknown): value is Optimizer {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'applyGradients') === 'function';
}

function isWrapper(optimizer: Optimizer): optimizer is MixedPrecisionOptimizer {
  return 'inner' in optimizer && 'lossScaleState' in optimizer;
}
