import { dispose, keep, variable as createVariable } from '@tensorflow/tfjs-core';
import { toStorage } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { overrideMethod } from './own-method.ts';
import { state } from './state.ts';
import type { WeightView } from './tfjs-layers.ts';

/**
 * Stores a weight in half: a tensor takes the place of its float32 variable, which is disposed. The layer reads the tensor;
 * a write, as `setWeights` and `loadWeights` make it, brings the variable back first.
 */
export function narrowWeight(weight: WeightView, format: HalfPrecision): void {
  const tensor = keep(toStorage(weight.val, format));
  const undo = [
    overrideMethod(weight, 'read', () => () => tensor),
    overrideMethod(weight, 'write', () => (value) => {
      widenWeight(weight);
      return weight.write(value as never);
    }),
    overrideMethod(weight, 'dispose', () => () => {
      forget(weight);
      tensor.dispose();
    }),
  ];
  state().halfWeights.set(weight, { tensor, format, restore: () => undo.forEach((each) => each()) });
  weight.val.dispose();
}

/** Gives a weight its float32 variable back, with the values that the half numbers have. Nothing happens to one that has it. */
export function widenWeight(weight: WeightView): void {
  const half = state().halfWeights.get(weight);
  if (half === undefined) return;
  const value = toStorage(half.tensor, 'float32');
  weight.val = createVariable(value, weight.trainable, weight.name, weight.dtype);
  forget(weight);
  dispose([value, half.tensor]);
}

/** The format of a weight that is stored in half, or `null`. */
export function halfFormatOf(weight: WeightView): HalfPrecision | null {
  return state().halfWeights.get(weight)?.format ?? null;
}

function forget(weight: WeightView): void {
  const { halfWeights } = state();
  halfWeights.get(weight)?.restore();
  halfWeights.delete(weight);
}
