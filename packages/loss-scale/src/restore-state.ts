import { GREATEST_COUNT } from './check-rule.ts';
import type { LossScale } from './loss-scale.ts';
import { must, within } from './must.ts';
import type { LossScaleState } from './state.ts';

const REMEDY = 'Start again from init().';

/** Checks a state from outside against the loss scale that shall go on with it; a `kind` beside the numbers is checked too. */
export function restoreState({ kind, options, init }: LossScale, state: unknown): LossScaleState {
  must(Object(state) === state, 'a saved state', 'an object', state, REMEDY);
  const saved = state as Readonly<Record<string, unknown>>;
  const given = saved['kind'] ?? kind;
  must(given === kind, 'saved kind', kind, given, REMEDY);
  const restored: Record<keyof LossScaleState, number> = { ...init() };
  for (const name of Object.keys(restored) as (keyof LossScaleState)[]) {
    restored[name] =
      name === 'scale'
        ? within('float32', 'saved scale', saved[name], options.minScale, options.maxScale, REMEDY)
        : within('whole number', `saved ${name}`, saved[name], 0, GREATEST_COUNT, REMEDY);
  }
  return restored;
}
