import { checkRule } from './check-rule.ts';
import type { LossScale, LossScaleRule } from './loss-scale.ts';
import { lossScaleOf } from './loss-scale.ts';
import { must } from './must.ts';

/** What may be set about a dynamic scale; the rest keeps its default. */
export type DynamicLossScaleOptions = Partial<LossScaleRule>;

const DEFAULTS = {
  initialScale: 65536,
  growthFactor: 2,
  backoffFactor: 0.5,
  growthInterval: 2000,
  minScale: 2 ** -14,
  maxScale: 2 ** 24,
  maxConsecutiveSkips: 100,
  hysteresis: 1,
} as const satisfies LossScaleRule;

/**
 * Makes a loss scale that searches for the largest factor which overflows nothing.
 *
 * float16 loses gradients below 2^-24, so the loss is lifted before the backward pass and the gradients are lowered after it.
 * A bad step shrinks the scale at once, a long run of finite steps grows it. Unlike PyTorch and Keras it has a floor (a scale
 * of 0 turns weights into NaN) and a ceiling, and `lossScaleVerdict` says when no scale will help.
 *
 * Pure and synchronous: reads no tensor and never waits for the GPU.
 *
 * @param options - `initialScale` 65536; `growthFactor` 2, above 1; `backoffFactor` 0.5, between 0 and 1; `growthInterval` 2000 steps;
 *   `minScale` 2^-14 and `maxScale` 2^24, with the initial scale between them; `maxConsecutiveSkips` 100 before the verdict is to
 *   give up; `hysteresis` 1, the bad steps in a row before the scale backs off. Scales are rounded to float32
 * @returns a frozen machine without state of its own
 * @throws RangeError or TypeError if an option is outside of its range
 * @see torch.amp.GradScaler, keras LossScaleOptimizer, Apex (the ceiling), DeepSpeed (hysteresis of skips in a row)
 *
 * @example
 * const machine = dynamicLossScale({ initialScale: 1024, growthInterval: 2 });
 * let state = machine.init();
 * state = machine.next(state, false);
 * state.scale; // 512
 * state = machine.next(machine.next(state, true), true);
 * state.scale; // 1024
 */
export function dynamicLossScale(options: DynamicLossScaleOptions = {}): LossScale {
  for (const key of Object.keys(options)) {
    must(key in DEFAULTS, 'an option', `one of ${Object.keys(DEFAULTS).join()}`, key, 'Fix its name.');
  }
  return lossScaleOf('dynamic', checkRule({ ...DEFAULTS, ...options }));
}
