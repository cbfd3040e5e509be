import { abs, engine, max, stack, tidy } from '@tensorflow/tfjs-core';
import { fullPrecision, pluginFor, storageOf, toStorage } from '@halftone/autocast';
import { formats as formatFacts } from '@halftone/float16';
import type { HalfPrecision } from '@halftone/policy';
import { halfFormatOf, narrowWeight, widenWeight } from './half-weight.ts';
import type { FrozenWeight } from './model-plan.ts';
import { planOf } from './model-plan.ts';
import type { ModelRecord } from './state.ts';
import type { WeightView } from './tfjs-layers.ts';

/** Brings back the variables of weights that are trained now, or whose layers no longer compute in that format. Synchronous. */
export function widenWhatIsDue(record: ModelRecord): void {
  const { formats } = planOf(record);
  for (const weight of record.narrowed) {
    if (halfFormatOf(weight) !== null && formats.get(weight) === halfFormatOf(weight)) continue;
    widenWeight(weight);
    record.narrowed.delete(weight);
  }
}

/**
 * Brings back the variables of weights that this model trains and another one, in which they are frozen, has stored in half
 * meanwhile. Synchronous; asked for at every step, since the other one may train at the same time.
 */
export function widenTrained(record: ModelRecord): void {
  for (const weight of planOf(record).trained) widenWeight(weight);
}

/**
 * Settles variables that hold half numbers, as a file in half leaves them: a frozen weight in its layer's format stays in half
 * without ever being float32, everything else becomes a float32 master. Synchronous.
 */
export function settleHalfVariables(record: ModelRecord): void {
  const { formats, weights } = planOf(record);
  for (const weight of weights) {
    if (halfFormatOf(weight) !== null || weight.val.isDisposed) continue;
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
  return planOf(record).frozen.filter(
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
