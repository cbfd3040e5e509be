import type { Tensor } from '@tensorflow/tfjs-core';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import type { HalfPrecision, Policy } from '@halftone/policy';
import type { GraphRecord } from '../graph/record.ts';
import type { ModelPlan } from './model-plan.ts';
import type { MixedPrecisionModelOptions } from './options.ts';
import type { Layer, ModelView, WeightView } from './tfjs-layers.ts';

/** An optimizer that we wrapped; `how` and `options` say whether it has to be done anew. */
export interface WrappedOptimizer {
  readonly wrapper: MixedPrecisionOptimizer;
  readonly how: string;
  readonly options: MixedPrecisionModelOptions;
  readonly scaled: boolean;
}

/** What is known of one wrapped model. */
export interface ModelRecord {
  readonly model: ModelView;
  policy: Policy;
  options: MixedPrecisionModelOptions;
  /** Policies that were set for layers of this model. */
  readonly layerPolicies: Map<Layer, Policy>;
  /** Layers with our `call`, and what takes it off. */
  readonly hooked: Map<Layer, () => void>;
  outputLayers: ReadonlySet<Layer>;
  wrapped: WrappedOptimizer | null;
  /** What follows from layers and policies; read it through `planOf`. */
  plan: ModelPlan | null;
  /** Frozen weights that do not fit a format, with the data that did not, and why. */
  readonly kept: Map<WeightView, { readonly dataId: object; readonly format: HalfPrecision; readonly why: string }>;
  /** Frozen weights that this model stored in half. */
  readonly narrowed: Set<WeightView>;
  /** Takes our methods off the model; empty once it is unwrapped. */
  readonly undo: (() => void)[];
  /** The model inside a Sequential that carries our methods, and what takes them off it. */
  inner: { readonly model: object; readonly undo: readonly (() => void)[] } | null;
  live: boolean;
}

/** A frozen weight in half: the tensor that takes the place of its variable. */
export interface HalfWeight {
  readonly tensor: Tensor;
  readonly format: HalfPrecision;
  readonly restore: () => void;
}

interface ModelsState {
  readonly version: number;
  readonly records: WeakMap<object, ModelRecord>;
  /** Graph models in mixed precision. */
  readonly graphs: WeakMap<object, GraphRecord>;
  /** Policies that belong to a layer in whatever model it runs. */
  readonly ownPolicies: WeakMap<Layer, { readonly policy: Policy; readonly unhook: () => void }>;
  /** Counts every change of a policy of a model or a layer, so that what follows from them is made anew. */
  policyChanges: number;
  /** How many have asked for our `call` on a layer, and what takes it off. */
  readonly hooks: WeakMap<Layer, { count: number; readonly undo: () => void }>;
  readonly halfWeights: WeakMap<WeightView, HalfWeight>;
  /** Batch normalizations that keep to their learned statistics while they are frozen, and what lets them go. */
  readonly normalizations: WeakMap<Layer, () => void>;
  /** Models that are running right now, innermost last. Synchronous code only: empty whenever control returns to the event loop. */
  readonly running: ModelRecord[];
}

const VERSION = 1;
const KEY: unique symbol = Symbol.for('halftone/models') as never;

/** The shared state; created on first use, so that importing the package changes nothing, and one for all copies of it. */
export function state(): ModelsState {
  const scope = globalThis as { [KEY]?: ModelsState };
  const found = (scope[KEY] ??= {
    version: VERSION,
    records: new WeakMap(),
    graphs: new WeakMap(),
    ownPolicies: new WeakMap(),
    policyChanges: 0,
    hooks: new WeakMap(),
    halfWeights: new WeakMap(),
    normalizations: new WeakMap(),
    running: [],
  });
  if (found.version !== VERSION) {
    throw new Error(
      `[models] two incompatible copies of @halftone/models are loaded, got state versions ${found.version} and ${VERSION}. Install one version: npm ls @halftone/models shows who brings the other.`,
    );
  }
  return found;
}

/** What is known of a wrapped model, or an error that names the call that is missing. */
export function recordOf(model: object, caller: string): ModelRecord {
  const record = state().records.get(model);
  if (record !== undefined) return record;
  throw new Error(
    `[models] ${caller} needs a model in mixed precision, got '${String(Reflect.get(model, 'name') ?? 'a Graph model')}', which is not. Call mixedPrecision(model) first.`,
  );
}
