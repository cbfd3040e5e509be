import type { Optimizer, Tensor, TensorInfo, Variable } from '@tensorflow/tfjs-core';
import { engine, tidy } from '@tensorflow/tfjs-core';
import type { FusedStepResult, FusedVerdict } from '@halftone/autocast';
import type { ClipOptions } from './clip.ts';
import type { FusedPlan } from './fused-plan.ts';
import type { FusedScale } from './fused-scale.ts';
import { setIterations } from './inner-optimizer.ts';

/** What a fused step works on and who decides about it. */
export interface FusedStepOptions {
  /** In the order of the plan; they stay the caller's. */
  readonly gradients: readonly Tensor[];
  readonly clip: ClipOptions;
  readonly scale: FusedScale | null;
  /** Whether the gradients still carry the scale. */
  readonly unscale: boolean;
  readonly verdict: FusedVerdict;
}

/**
 * Takes an optimizer's step in a few dispatches: unscale, check, clip, update, slots and powers of beta, all or nothing by
 * a flag on the device. Old values stay whole for whoever holds a clone of them.
 *
 * @returns where the step decided by itself: bool `[1]`, whether it took place; owned by the caller
 */
export function takeFusedStep(
  optimizer: Optimizer,
  { fused, inner, variables }: FusedPlan,
  { gradients, clip, scale, unscale, verdict }: FusedStepOptions,
): Tensor | null {
  const result = fused.step({
    kind: inner.kind,
    rates: inner.rates,
    variables: variables.map(({ variable, slots, decay }, index) => ({
      gradient: gradients[index] as Tensor,
      value: variable,
      slots,
      decay,
    })),
    powers: inner.powers,
    clip: {
      ...(clip.clipNorm === undefined ? {} : { norm: clip.clipNorm }),
      ...(clip.clipVariableNorm === undefined ? {} : { variableNorm: clip.clipVariableNorm }),
      ...(clip.clipValue === undefined ? {} : { value: clip.clipValue }),
    },
    state: scale?.state ?? null,
    seed: scale?.scale ?? null,
    unscale,
    verdict,
  });
  putBack(variables, inner.powers, result);
  setIterations(optimizer, optimizer.iterations + 1);
  if (result.scale === null) return null;
  scale?.adopt(result.scale);
  return result.scale.applied === null ? null : engine().makeTensorFromTensorInfo(result.scale.applied);
}

function putBack(variables: FusedPlan['variables'], powers: readonly Variable[], result: FusedStepResult): void {
  tidy(() => {
    variables.forEach(({ variable, slots }, index) => {
      const made = result.variables[index];
      if (made === undefined) return;
      assign(variable, made.value);
      slots.forEach((slot, at) => assign(slot, made.slots[at]));
    });
    powers.forEach((power, index) => assign(power, result.powers[index]));
  });
}

function assign(variable: Variable, info: TensorInfo | undefined): void {
  if (info !== undefined && info !== variable) variable.assign(engine().makeTensorFromTensorInfo(info));
}
