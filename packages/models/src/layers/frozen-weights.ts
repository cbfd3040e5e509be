import { abs, engine, max, stack, tidy, util } from '@tensorflow/tfjs-core';
import { fullPrecision, pluginFor, storageOf, TINY_SIZE, toStorage } from '@halftone/autocast';
import { formats as formatFacts } from '@halftone/float16';
import type { HalfPrecision } from '@halftone/policy';
import { halfFormatOf, narrowWeight, widenWeight } from './half-weight.ts';
import { layerPolicy } from './layer-policies.ts';
import { leavesOf } from './layer-tree.ts';
import type { ModelRecord } from './state.ts';
import type { Layer, WeightView } from './tfjs-layers.ts';

/** A frozen weight, and what becomes of it. */
export interface FrozenWeight {
  readonly path: string;
  readonly weight: WeightView;
  /** The half format that its layer computes in, or `null` where it stays float32. */
  readonly format: HalfPrecision | null;
}

/** Every frozen weight of a wrapped model with the format that its layer's policy gives it. */
export function frozenWeights(record: ModelRecord): readonly FrozenWeight[] {
  const trained = new Set([...record.model.trainableWeights, ...(compiledModel(record).collectedTrainableWeights ?? [])]);
  return leavesOf(record.model).flatMap((placed) =>
    weightsOf(placed.layer)
      .filter((weight) => !trained.has(weight))
      .map((weight) => ({
        path: `${placed.path}/${weight.originalName.split('/').pop()}`,
        weight,
        format: formatFor(record, weight, layerPolicy(record, placed).policy),
      })),
  );
}

/** Brings back the variables of weights that are trained now, or whose layers no longer compute in that format. Synchronous. */
export function widenWhatIsDue(record: ModelRecord): void {
  const formats = new Map(frozenWeights(record).map(({ weight, format }) => [weight, format]));
  for (const weight of record.narrowed) {
    if (halfFormatOf(weight) !== null && formats.get(weight) === halfFormatOf(weight)) continue;
    widenWeight(weight);
    record.narrowed.delete(weight);
  }
}

/**
 * Settles variables that hold half numbers, as a file in half leaves them: a frozen weight in its layer's format stays in half
 * without ever being float32, everything else becomes a float32 master. Synchronous.
 */
export function settleHalfVariables(record: ModelRecord): void {
  const formats = new Map(frozenWeights(record).map(({ weight, format }) => [weight, format]));
  for (const weight of record.model.weights) {
    if (weight.dtype !== 'float32' || halfFormatOf(weight) !== null || weight.val.isDisposed) continue;
    const storage = storageOf(weight.val);
    if (storage === 'float32') continue;
    if (formats.get(weight) === storage) {
      narrowWeight(weight, storage);
      record.narrowed.add(weight);
    } else {
      tidy(() => weight.val.assign(toStorage(weight.val, 'float32')));
    }
  }
}

/** Frozen weights that are to move into half and have not yet. */
export function weightsToNarrow(record: ModelRecord): readonly (FrozenWeight & { readonly format: HalfPrecision })[] {
  const plugin = pluginFor(engine().backendName);
  return frozenWeights(record).filter(
    (frozen): frozen is FrozenWeight & { readonly format: HalfPrecision } =>
      frozen.format !== null &&
      plugin?.formats.includes(frozen.format) === true &&
      halfFormatOf(frozen.weight) === null &&
      !isKept(record, frozen.weight, frozen.format),
  );
}

/** Moves frozen weights into half. Waits for the GPU once, for the largest magnitude of each; what does not fit stays and is named. */
export async function narrowFrozen(record: ModelRecord): Promise<void> {
  const due = weightsToNarrow(record);
  if (due.length === 0) return;
  const checked = due.map(({ weight }) => weight.val.dataId);
  const largest = fullPrecision(() => tidy(() => stack(due.map(({ weight }) => max(abs(weight.read()))))));
  const magnitudes = await largest.data();
  largest.dispose();
  const still = new Set(weightsToNarrow(record).map(({ weight }) => weight));
  for (const [index, { weight, format, path }] of due.entries()) {
    if (!record.live || !still.has(weight) || weight.val.dataId !== checked[index]) continue; // changed while we waited
    const magnitude = magnitudes[index] as number;
    if (magnitude <= formatFacts[format].max) {
      narrowWeight(weight, format);
      record.narrowed.add(weight);
    } else {
      keepWide(record, weight, { path, format, why: `it does not fit ${format}: its largest magnitude is ${magnitude}` });
    }
  }
}

/** Whether these very numbers were found not to fit this format. */
function isKept({ kept }: ModelRecord, weight: WeightView, format: HalfPrecision): boolean {
  const known = kept.get(weight);
  return known?.dataId === weight.val.dataId && known.format === format;
}

function keepWide(
  { kept }: ModelRecord,
  weight: WeightView,
  { path, format, why }: { readonly path: string; readonly format: HalfPrecision; readonly why: string },
): void {
  kept.set(weight, { dataId: weight.val.dataId, format, why });
  console.warn(`[models] the frozen weight '${path}' stays float32, got numbers that would not survive: ${why}. Nothing needs to be done.`);
}

function formatFor(
  record: ModelRecord,
  weight: WeightView,
  { compute, param }: { readonly compute: string; readonly param: string },
): HalfPrecision | null {
  if (record.options.frozen === 'float32' || param !== 'float32' || compute === 'float32') return null;
  const large = weight.dtype === 'float32' && weight.shape.length >= 2 && util.sizeFromShape(weight.shape as number[]) >= TINY_SIZE;
  return large ? (compute as HalfPrecision) : null;
}

function compiledModel({ model }: ModelRecord): ModelRecord['model'] {
  return model.model ?? model;
}

function weightsOf(layer: Layer): readonly WeightView[] {
  return layer.weights as unknown as readonly WeightView[];
}
