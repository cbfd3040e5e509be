import { util } from '@tensorflow/tfjs-core';
import { TINY_SIZE } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { layerPolicy } from './layer-policies.ts';
import type { PlacedLayer } from './layer-tree.ts';
import { layersOf } from './layer-tree.ts';
import type { ModelRecord } from './state.ts';
import { state } from './state.ts';
import type { Layer, WeightView } from './tfjs-layers.ts';
import { isContainer } from './tfjs-layers.ts';

/** A frozen weight, and what becomes of it. */
export interface FrozenWeight {
  readonly path: string;
  readonly weight: WeightView;
  /** The half format that its layer computes in, or `null` where it stays float32. */
  readonly format: HalfPrecision | null;
}

/** What follows from a model's layers and policies. Every step asks for it, so it is kept as long as it holds. */
export interface ModelPlan {
  readonly frozen: readonly FrozenWeight[];
  /** The format of each frozen weight. */
  readonly formats: ReadonlyMap<WeightView, HalfPrecision | null>;
  /** The half formats that some layer computes in. */
  readonly computes: ReadonlySet<HalfPrecision>;
  /** The weights that training moves: what `compile` found trainable, and what is so now. */
  readonly trained: readonly WeightView[];
  /** Every float32 weight of the model, once. */
  readonly weights: readonly WeightView[];
  /** Whether what the plan was made from is as it was. A walk over what is there, without looking for layers. */
  holds(): boolean;
}

/** The plan of a wrapped model as it is now. */
export function planOf(record: ModelRecord): ModelPlan {
  if (record.plan === null || !record.plan.holds()) record.plan = makePlan(record);
  return record.plan;
}

function makePlan(record: ModelRecord): ModelPlan {
  const tree = layersOf(record.model);
  const leaves = tree.filter(({ container, parents }) => !container && parents.every(isContainer));
  const trained = new Set([...record.model.trainableWeights, ...(collected(record) ?? [])]);
  const frozen = leaves.flatMap((placed) =>
    weightsOf(placed.layer)
      .filter((weight) => !trained.has(weight))
      .map((weight) => ({
        path: `${placed.path}/${weight.originalName.split('/').pop()}`,
        weight,
        format: formatFor(record, { weight, policy: layerPolicy(record, placed).policy }),
      })),
  );
  const ownMaths = tree.filter(({ container }) => !container);
  const computes = ownMaths.length === 0 ? [record.policy.compute] : ownMaths.map((placed) => layerPolicy(record, placed).policy.compute);
  return {
    frozen,
    formats: new Map(frozen.map(({ weight, format }) => [weight, format])),
    computes: new Set(computes.filter((compute) => compute !== 'float32')),
    trained: [...trained],
    weights: [...new Set(leaves.flatMap(({ layer }) => weightsOf(layer)))].filter(({ dtype }) => dtype === 'float32'),
    holds: watch(record, tree),
  };
}

/** Remembers everything that a plan is made from. Policies are counted, since they change through us alone. */
function watch(record: ModelRecord, tree: readonly PlacedLayer[]): () => boolean {
  const { policyChanges } = state();
  const [compiled, inner] = [collected(record), record.model.model];
  const containers = [record.model, inner ?? record.model, ...tree.filter(({ container }) => container).map(({ layer }) => layer)].map(
    (model) => {
      const { layers, trainable } = model as unknown as Container;
      return { model: model as unknown as Container, trainable, children: [...layers] };
    },
  );
  const layers = tree
    .filter(({ container }) => !container)
    .map(({ layer }) => ({ layer, trainable: layer.trainable, built: layer.built, count: ownWeights(layer) }));
  const weights = tree.flatMap(({ layer, container }) => (container ? [] : weightsOf(layer)));
  const trainable = weights.map((weight) => weight.trainable);
  return () =>
    policyChanges === state().policyChanges &&
    compiled === collected(record) &&
    inner === record.model.model &&
    containers.every((one) => one.model.trainable === one.trainable && sameItems(one.model.layers, one.children)) &&
    layers.every((one) => one.layer.trainable === one.trainable && one.layer.built === one.built && ownWeights(one.layer) === one.count) &&
    weights.every((weight, i) => weight.trainable === trainable[i]);
}

interface Container {
  readonly layers: readonly Layer[];
  readonly trainable: boolean;
}

function formatFor(
  { options }: ModelRecord,
  {
    weight,
    policy: { compute, param },
  }: { readonly weight: WeightView; readonly policy: { readonly compute: string; readonly param: string } },
): HalfPrecision | null {
  if (options.frozen === 'float32' || param !== 'float32' || compute === 'float32') return null;
  const large = weight.dtype === 'float32' && weight.shape.length >= 2 && util.sizeFromShape(weight.shape as number[]) >= TINY_SIZE;
  return large ? (compute as HalfPrecision) : null;
}

/** What `compile` found trainable, in the model that trains. */
function collected({ model }: ModelRecord): readonly WeightView[] | null | undefined {
  return (model.model ?? model).collectedTrainableWeights;
}

function weightsOf(layer: Layer): readonly WeightView[] {
  return layer.weights as unknown as readonly WeightView[];
}

/** How many weights a layer has added so far; those of layers inside it are theirs. */
function ownWeights(layer: Layer): number {
  const { _trainableWeights, _nonTrainableWeights } = layer as unknown as Record<'_trainableWeights' | '_nonTrainableWeights', unknown[]>;
  return _trainableWeights.length + _nonTrainableWeights.length;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
