import type { Optimizer } from '@tensorflow/tfjs-core';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { formatPolicy } from '@halftone/policy';
import { planOf } from './model-plan.ts';
import type { MixedPrecisionModelOptions } from './options.ts';
import type { ModelRecord, WrappedOptimizer } from './state.ts';
import type { ModelView } from './tfjs-layers.ts';

/**
 * Wraps the optimizer of a compiled model, or gives it back, as its layers' policies ask now: loss scaling exactly when
 * some layer computes in float16, no wrapper at all when none computes in half. The inner optimizer and its slots stay.
 */
export function syncOptimizer(record: ModelRecord): void {
  const current = optimizerOf(record.model);
  if (current === undefined) return;
  const { wrapped } = record;
  const how = howToWrap(record);
  if (wrapped !== null && current !== wrapped.wrapper && current !== wrapped.wrapper.inner) {
    wrapped.wrapper.unwrap(); // another optimizer took its place
    record.wrapped = null;
  }
  if (isWrapper(current) && current !== wrapped?.wrapper) return; // wrapped by its owner, who knows better
  if (record.wrapped !== null && record.wrapped.how === how && trainAlike(record.wrapped.options, record.options)) {
    setOptimizer(record.model, record.wrapped.wrapper);
    return;
  }
  const inner = record.wrapped === null ? current : record.wrapped.wrapper.unwrap();
  record.wrapped = how === null ? null : wrap(inner, { record, how });
  setOptimizer(record.model, record.wrapped?.wrapper ?? inner);
}

/** Whether two sets of options train alike; `frozen` is no matter of the optimizer. */
function trainAlike(a: MixedPrecisionModelOptions, b: MixedPrecisionModelOptions): boolean {
  return Object.keys({ ...a, ...b }).every((name) => name === 'frozen' || Reflect.get(a, name) === Reflect.get(b, name));
}

/** Gives the model the optimizer that was compiled in. */
export function unwrapOptimizer(record: ModelRecord): void {
  const { wrapped, model } = record;
  if (wrapped === null) return;
  const inner = wrapped.wrapper.unwrap();
  if (optimizerOf(model) === wrapped.wrapper) setOptimizer(model, inner);
  record.wrapped = null;
}

/** What decides over the wrapper in words, so that it is made anew only when something changed. */
function howToWrap(record: ModelRecord): string | null {
  const formats = planOf(record).computes;
  if (formats.size === 0) return null;
  return `${formatPolicy(record.policy)}, ${formats.has('float16') ? 'scaled' : 'not scaled'}`;
}

function wrap(inner: Optimizer, { record, how }: { readonly record: ModelRecord; readonly how: string }): WrappedOptimizer {
  const { options, policy } = record;
  const { frozen: _, ...training } = options;
  const lossScale = options.lossScale ?? (planOf(record).computes.has('float16') ? dynamicLossScale() : noLossScale());
  return { wrapper: mixedPrecisionOptimizer(inner, { ...training, policy, lossScale }), how, options, scaled: lossScale.kind !== 'none' };
}

function isWrapper(optimizer: Optimizer): boolean {
  return 'inner' in optimizer && 'lossScaleState' in optimizer; // also one of another copy of the package
}

function optimizerOf({ model, optimizer_ }: ModelView): Optimizer | undefined {
  return model?.optimizer_ ?? optimizer_;
}

/** Sets the field, not the property: the model's own notion of who disposes the optimizer stays. */
function setOptimizer(model: ModelView, optimizer: Optimizer): void {
  model.optimizer_ = optimizer;
  if (model.model !== undefined && model.model !== null) model.model.optimizer_ = optimizer;
}
