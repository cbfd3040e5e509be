import type { Tensor } from '@tensorflow/tfjs-core';
import { abs, clipByValue, div, max, maximum, minimum, mul, sqrt, square, stack, sum, tidy } from '@tensorflow/tfjs-core';

/** Smallest normal and largest finite float32. */
const LEAST_NORMAL: number = 2 ** -126;
const GREATEST: number = (2 - 2 ** -23) * 2 ** 127;

/** How gradients are clipped before the update; at most one of the three. */
export interface ClipOptions {
  /** Largest length of all gradients taken as one vector; longer ones are shortened to it. Above 0. */
  readonly clipNorm?: number;
  /** Largest length of each variable's gradient by itself, as `clipnorm` of Keras. Above 0. */
  readonly clipVariableNorm?: number;
  /** Largest absolute value of each element. Above 0. */
  readonly clipValue?: number;
}

/** Refuses clip options that cannot be meant. */
export function checkClip({ clipNorm, clipVariableNorm, clipValue }: ClipOptions): void {
  const given = Object.entries({ clipNorm, clipVariableNorm, clipValue }).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!(typeof value === 'number' && value > 0 && value < Infinity)) {
      throw new RangeError(`[optimizer] ${name} must be a finite number above 0, got ${String(value)}. Leave it out to clip nothing.`);
    }
  }
  if (given.length > 1) {
    const names = given.map(([name, value]) => `${name} ${value}`).join(' and ');
    throw new RangeError(`[optimizer] only one of clipNorm, clipVariableNorm and clipValue can be given, got ${names}. Leave one out.`);
  }
}

/**
 * Clips gradients in float32, on the device.
 *
 * The norm cannot poison: it is taken of gradients / largest element, so it neither overflows nor vanishes, and gradients
 * that are not longer than the limit come back bit-identical (× 1). Infinities and NaN are for the finite check, which
 * looks at the gradients before they are clipped: clipping by value would turn an infinity into an honest-looking number.
 *
 * @returns new tensors in the same order, owned by the caller; those given stay as they are
 */
export function clip(gradients: readonly Tensor[], { clipNorm, clipVariableNorm, clipValue }: ClipOptions): Tensor[] {
  if (clipValue !== undefined) return gradients.map((gradient) => clipByValue(gradient, -clipValue, clipValue));
  if (clipVariableNorm !== undefined) {
    return gradients.map((gradient) =>
      gradient.size === 0 ? gradient.clone() : tidy(() => mul(gradient, normFactor([gradient], clipVariableNorm))),
    );
  }
  if (clipNorm === undefined || gradients.length === 0) return gradients.map((gradient) => gradient.clone());
  return tidy(() => {
    const factor = normFactor(gradients, clipNorm);
    return gradients.map((gradient) => mul(gradient, factor));
  });
}

/** min(1, limit / norm) with norm = peak × ‖gradients / peak‖; every number on the way is a normal float32. */
function normFactor(gradients: readonly Tensor[], limit: number): Tensor {
  return tidy(() => {
    const peak = maximum(max(stack(gradients.map((gradient) => max(abs(gradient))))), LEAST_NORMAL);
    const relative = sqrt(sum(stack(gradients.map((gradient) => sum(square(div(gradient, peak)))))));
    const room = minimum(div(limit, peak), GREATEST);
    return minimum(div(room, maximum(relative, LEAST_NORMAL)), 1);
  });
}
