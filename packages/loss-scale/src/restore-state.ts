import type { LossScaleKind, LossScaleRule } from './loss-scale.ts';
import { show } from './show.ts';
import type { LossScaleState } from './state.ts';

const COUNTERS = ['goodSteps', 'skippedInRow', 'skipped', 'applied'] as const satisfies readonly (keyof LossScaleState)[];

const REMEDY = 'Take the state from the same kind of loss scale, or start again from init().';

/** Checks a state from outside against the rule that shall go on with it. */
export function restoreState(machine: { readonly kind: LossScaleKind; readonly options: LossScaleRule }, state: unknown): LossScaleState {
  const { kind, options } = machine;
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw new TypeError(`[loss-scale] a saved state must be an object, got ${show(state)}. ${REMEDY}`);
  }
  const saved = state as Readonly<Record<string, unknown>>;
  if (saved['kind'] !== undefined && saved['kind'] !== kind) {
    throw new RangeError(`[loss-scale] the saved state belongs to a ${show(saved['kind'])} loss scale, got a ${kind} one. ${REMEDY}`);
  }
  const scale = numberAt(saved, 'scale');
  if (!(scale > 0) || !Number.isFinite(Math.fround(scale))) {
    throw new RangeError(`[loss-scale] scale of a saved state must be a finite float32 above 0, got ${scale}. ${REMEDY}`);
  }
  if (Math.fround(scale) < options.minScale || Math.fround(scale) > options.maxScale) {
    const range = kind === 'dynamic' ? `${options.minScale} to ${options.maxScale}` : `exactly ${options.initialScale}`;
    const remedy = kind === 'dynamic' ? 'Widen minScale and maxScale, or start again from init().' : REMEDY;
    throw new RangeError(`[loss-scale] scale of a saved state must be ${range} for this ${kind} loss scale, got ${scale}. ${remedy}`);
  }
  const [goodSteps, skippedInRow, skipped, applied] = COUNTERS.map((key) => counterAt(saved, key)) as [number, number, number, number];
  if (skippedInRow > skipped || goodSteps > applied || (skippedInRow > 0 && goodSteps > 0)) {
    const got = JSON.stringify({ goodSteps, skippedInRow, skipped, applied });
    throw new RangeError(`[loss-scale] the counters of a saved state contradict each other, got ${got}. ${REMEDY}`);
  }
  return { scale: Math.fround(scale), goodSteps, skippedInRow, skipped, applied };
}

function numberAt(saved: Readonly<Record<string, unknown>>, key: string): number {
  const value = saved[key];
  if (typeof value === 'number') return value;
  throw new TypeError(`[loss-scale] a saved state needs the number ${key}, got ${show(value)}. ${REMEDY}`);
}

function counterAt(saved: Readonly<Record<string, unknown>>, key: string): number {
  const value = numberAt(saved, key);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`[loss-scale] ${key} of a saved state must be a whole number from 0, got ${value}. ${REMEDY}`);
}
