import type { LossScaleRule } from './loss-scale.ts';
import type { LossScaleState } from './state.ts';

/**
 * Moves a state by one step. The factors are doubles and only the product is rounded to float32, as PyTorch computes it:
 * fround(scale x factor), not fround(scale x fround(factor)). A product that is no longer finite is not adopted.
 */
export function nextState(rule: LossScaleRule, state: LossScaleState, finite: boolean): LossScaleState {
  const goodSteps = finite ? state.goodSteps + 1 : 0;
  const skippedInRow = finite ? 0 : state.skippedInRow + 1;
  const grows = goodSteps >= rule.growthInterval;
  const factor = grows ? rule.growthFactor : skippedInRow >= rule.hysteresis ? rule.backoffFactor : 1;
  const candidate = Math.fround(state.scale * factor);
  return {
    scale: factor !== 1 && Number.isFinite(candidate) ? Math.max(rule.minScale, Math.min(rule.maxScale, candidate)) : state.scale,
    goodSteps: grows ? 0 : goodSteps,
    skippedInRow,
    skipped: state.skipped + (finite ? 0 : 1),
    applied: state.applied + (finite ? 1 : 0),
  };
}
