import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedOptimizer, FusedScaleRule, FusedStepRequest, FusedStepResult } from '@halftone/autocast';
import { FORMULAS } from './formulas.ts';
import { clipUnits, inverseScale, loadUnit } from './load-units.ts';
import { movePowers } from './powers.ts';
import type { Flags } from './scale-move.ts';
import { moveScale, STATE_SIZE } from './scale-move.ts';
import type { StepHost } from './step-context.ts';
import { StepContext } from './step-context.ts';
import { unitsOf } from './units.ts';
import { updateUnit } from './update-unit.ts';
import { flagsIn, verdictFlags } from './verdict.ts';

/**
 * Takes one step inside TensorFlow. Nothing is changed in place: a step that is not applied, or that fails halfway, leaves
 * everything as it was, and old handles keep their numbers.
 */
export function takeStep(shared: StepHost, request: FusedStepRequest): FusedStepResult {
  const context = new StepContext(shared);
  return context.whole(() => {
    const { kind, rates, variables, powers, clip, state, unscale, verdict } = request;
    for (const { value } of variables) context.forgetCasts(value); // the next step reads another handle; they would stand beside the update's vectors
    const isApart = kind === 'lamb' || clip.variableNorm !== undefined; // they have norms of their own
    const inverse = unscale && state !== null ? inverseScale(context, state) : null;
    const loaded = unitsOf(variables, isApart ? 'apart' : 'together').map((unit) => loadUnit(context, unit, inverse));
    const flags = verdictFlags(context, { verdict, units: loaded, count: variables.length });
    const applied = flags?.applied ?? null;
    const clipped = clipUnits(context, loaded, clip);
    const { rooms, next } = movePowers(context, { rule: FORMULAS[kind].powers, rates, powers, applied });
    const results: FusedStepResult['variables'][number][] = [];
    for (const unit of clipped) {
      for (const { position, value, slots } of updateUnit(context, unit, { kind, rates, rooms, applied }))
        results[position] = { value, slots };
      context.tape.free(unit.gradient);
    }
    return { variables: results, powers: next, scale: scaleAfter(context, { state, verdict, flags }) };
  });
}

/** Moves a scale by flags and nothing else. */
export function advanceScale(
  shared: StepHost,
  { state, flags, rule }: Parameters<FusedOptimizer['advance']>[0],
): { readonly state: TensorInfo; readonly seed: TensorInfo } {
  const context = new StepContext(shared);
  return context.whole(() => movedScale(context, { state, flags: flagsIn(context, flags), rule }));
}

/** Float tensors without the scale, new ones that the caller drops; the others as they are. */
export function withoutScale(shared: StepHost, tensors: readonly TensorInfo[], state: TensorInfo): TensorInfo[] {
  const context = new StepContext(shared);
  return context.whole(() => {
    const inverse = inverseScale(context, state);
    return tensors.map((tensor) =>
      tensor.dtype === 'float32' ? context.own(context.maths.mul(context.wide(tensor), inverse), tensor.shape) : tensor,
    );
  });
}

function scaleAfter(
  context: StepContext,
  { state, verdict, flags }: Pick<FusedStepRequest, 'state' | 'verdict'> & { readonly flags: Flags | null },
): FusedStepResult['scale'] {
  if (state === null || flags === null || verdict.by === 'flag' || verdict.by === 'none') return null;
  const moved = movedScale(context, { state, flags, rule: verdict.rule });
  const applied = verdict.by === 'check' ? context.own(context.maths.reshape(flags.applied, [1]), [1], 'bool') : null;
  return { ...moved, applied };
}

function movedScale(
  context: StepContext,
  { state, flags, rule }: { readonly state: TensorInfo; readonly flags: Flags; readonly rule: FusedScaleRule },
): { readonly state: TensorInfo; readonly seed: TensorInfo } {
  const moved = moveScale(context, { state: context.handle(state), flags, rule });
  return { state: context.own(moved.state, [STATE_SIZE]), seed: context.own(moved.seed, []) };
}
