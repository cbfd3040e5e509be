import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { FusedOptimizer } from '@halftone/autocast';
import type { NamedGradient, PresentGradient } from './gradient-list.ts';
import { presentGradients } from './gradient-list.ts';
import type { InnerState } from './inner-slots.ts';
import { innerState } from './inner-slots.ts';
import { currentPlugin } from './precision.ts';
import { primeSlots } from './prime-slots.ts';

/** A variable of a fused step, in the order of the present gradients. */
export interface PlannedVariable {
  readonly variable: Variable;
  readonly slots: readonly Variable[];
  readonly decay: number;
}

/** A step that the plug-in can take in a few dispatches. */
export interface FusedPlan {
  readonly fused: FusedOptimizer;
  readonly inner: InnerState;
  readonly variables: readonly PlannedVariable[];
}

/** How a step was taken: `fused`, or why op by op. */
export type StepPath = 'fused' | 'no-plug-in' | 'unknown-optimizer' | 'unusual-variables';

/** Whether the current backend can fuse steps of this optimizer, as far as its class tells. */
export function canFuse(optimizer: Optimizer): boolean {
  return currentPlugin()?.fusedOptimizer !== undefined && innerState(optimizer) !== null;
}

/**
 * Plans a fused step, or says why there is none. Creates the slots of new variables, as the optimizer's first step would.
 *
 * Unusual variables are those that are stored in half, are not registered, come twice, or have no elements or no slots.
 */
export function planFusedStep(optimizer: Optimizer, list: readonly NamedGradient[]): FusedPlan | Exclude<StepPath, 'fused'> {
  const plugin = currentPlugin();
  const fused = plugin?.fusedOptimizer;
  if (plugin === undefined || fused === undefined) return 'no-plug-in';
  if (innerState(optimizer) === null) return 'unknown-optimizer';
  primeSlots(
    optimizer,
    list.map(({ name }) => name),
  );
  const inner = innerState(optimizer);
  if (inner === null || !fused.kinds.includes(inner.kind)) return 'unknown-optimizer';
  const variables = presentGradients(list).map((entry) => planned(entry, { index: list.indexOf(entry), inner }));
  const distinct = new Set(list.map(({ name }) => name)).size === list.length;
  if (!distinct || variables.some((each) => each === null)) return 'unusual-variables';
  const plan = variables as PlannedVariable[];
  const all = [...inner.powers, ...plan.flatMap(({ variable, slots }) => [variable, ...slots])];
  if (all.some(({ dataId }) => plugin.storageOf(dataId) !== 'float32')) return 'unusual-variables';
  return { fused, inner, variables: plan };
}

function planned(
  { name, tensor }: PresentGradient,
  { index, inner }: { readonly index: number; readonly inner: InnerState },
): PlannedVariable | null {
  const variable = engine().registeredVariables[name];
  const slots = inner.slots(index);
  const isFit = (each: { readonly size: number; readonly dtype: string; readonly isDisposed: boolean } | undefined): boolean =>
    each !== undefined && !each.isDisposed && each.dtype === 'float32' && each.size === tensor.size;
  if (variable === undefined || tensor.size === 0 || ![tensor, variable, ...slots].every(isFit)) return null;
  return { variable, slots: slots as Variable[], decay: inner.decayOf(name) };
}
