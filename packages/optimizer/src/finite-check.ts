import type { Tensor } from '@tensorflow/tfjs-core';
import {
  add,
  all,
  cast,
  engine,
  greaterEqual,
  isFinite as finiteValues,
  less,
  min,
  mul,
  range,
  reshape,
  stack,
  sub,
  tidy,
} from '@tensorflow/tfjs-core';
import type { FusedScale } from './fused-scale.ts';
import { currentPlugin } from './precision.ts';

/** What one look at the gradients found. Both tensors stay on the device and belong to the caller. */
export type FiniteCheck = {
  /** bool `[1]`: every value of every tensor is finite. */
  readonly finite: Tensor;
  /** float32 `[1]`: position of the first tensor that is not, or -1. */
  readonly firstBad: Tensor;
};

/**
 * Tests gradients for infinities and NaN without reading anything back.
 *
 * Give it the UNSCALED gradients: they answer for the scaled ones too. A non-finite value times 1/scale is non-finite
 * (1/scale is a normal number, never 0), and a finite one that overflows by a scale below 1 shows only here.
 * A plug-in that has a kernel for it (exponent bits, one dispatch) is asked first; stock backends use IsFinite and All.
 *
 * @param scale - which the gradients still carry; only where a plug-in looks at both
 */
export function checkFinite(gradients: readonly Tensor[], scale?: FusedScale): FiniteCheck {
  const plugin = currentPlugin();
  const fused = plugin?.fusedOptimizer;
  if (fused !== undefined) return tidy(() => byPlugin(gradients, (tensors) => fused.firstNonFinite(tensors, scale?.state)));
  const firstNonFinite = plugin?.firstNonFinite;
  return tidy(() => (firstNonFinite === undefined ? byKernels(gradients) : byPlugin(gradients, firstNonFinite)));
}

type FirstNonFinite = NonNullable<NonNullable<ReturnType<typeof currentPlugin>>['firstNonFinite']>;

function byPlugin(gradients: readonly Tensor[], firstNonFinite: FirstNonFinite): FiniteCheck {
  const index = engine().makeTensorFromTensorInfo(firstNonFinite(gradients));
  return { finite: less(index, 0), firstBad: cast(index, 'float32') };
}

/** Position + count for a finite tensor, position for a bad one: the smallest tells both whether and which. */
function byKernels(gradients: readonly Tensor[]): FiniteCheck {
  const count = gradients.length;
  const flags = gradients.map((gradient) => reshape(all(finiteValues(gradient)), []));
  const keys = add(mul(cast(stack(flags), 'float32'), count), range(0, count));
  const first = reshape(min(keys), [1]);
  const finite = greaterEqual(first, count);
  return { finite, firstBad: sub(first, mul(cast(finite, 'float32'), count + 1)) };
}
