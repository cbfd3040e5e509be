import type { LossScaleState } from '@halftone/loss-scale';
import { dynamicLossScale } from '@halftone/loss-scale';
import type { GradientRecord } from './gradient-record.ts';

/** What a visitor may set about a replay. */
export interface ReplayOptions {
  readonly initialExponent: number;
  readonly growthInterval: number;
  readonly backoffFactor: number;
  /** Steps, from 1 on, at which a gradient is made to overflow. */
  readonly injected: readonly number[];
}

/** One step of a training under a dynamic loss scale. */
export interface ReplayStep {
  readonly step: number;
  /** The scale that this step was computed with. */
  readonly scale: number;
  /** The largest scale at which nothing of this step overflows. */
  readonly limit: number;
  readonly outcome: 'applied' | 'skipped' | 'skipped by the injected overflow';
  /** The state after the step. */
  readonly state: LossScaleState;
}

/** What rounds to infinity in float16. */
const FIRST_INFINITE = 65520;

/**
 * Replays the recorded training under a dynamic loss scale: the state machine is that of `@halftone/loss-scale`, its food is whether the largest
 * recorded gradient of the step, multiplied by the scale, still fits float16.
 *
 * @param record - the recorded gradients
 * @param options - the machine's numbers and the injected overflows
 * @returns one entry for each step
 */
export function replay(record: Pick<GradientRecord, 'largest' | 'largestUnit'>, options: ReplayOptions): ReplayStep[] {
  const { initialExponent, growthInterval, backoffFactor, injected } = options;
  const machine = dynamicLossScale({ initialScale: 2 ** initialExponent, growthInterval, backoffFactor });
  let state = machine.init();
  return record.largest.map((units, i) => {
    const step = i + 1;
    const { scale } = state;
    const limit = FIRST_INFINITE / (units * record.largestUnit);
    const isInjected = injected.includes(step);
    const outcome = isInjected ? 'skipped by the injected overflow' : scale < limit ? 'applied' : 'skipped';
    state = machine.next(state, outcome === 'applied');
    return { step, scale, limit, outcome, state };
  });
}

/** A step at which the scale moved, or that was skipped. */
export interface ReplayEvent {
  readonly step: number;
  readonly what: string;
  readonly scaleAfter: number;
}

/** The steps worth telling of. */
export function eventsOf(steps: readonly ReplayStep[]): ReplayEvent[] {
  return steps.flatMap(({ step, scale, outcome, state }) => {
    if (outcome === 'applied' && state.scale === scale) return [];
    const moved = state.scale === scale ? 'the scale stays' : state.scale > scale ? 'the scale grows' : 'the scale backs off';
    return [{ step, what: `${outcome}; ${moved}`, scaleAfter: state.scale }];
  });
}
