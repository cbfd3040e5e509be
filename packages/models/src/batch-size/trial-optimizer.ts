import type { Optimizer, serialization } from '@tensorflow/tfjs-core';
import { syncOptimizer } from '../layers/wrapped-optimizer.ts';
import { state } from '../layers/state.ts';
import type { ModelView } from '../layers/tfjs-layers.ts';

interface OptimizerClass {
  new (...given: never[]): Optimizer;
  fromConfig(kind: OptimizerClass, config: serialization.ConfigDict): Optimizer;
}

/**
 * Puts an optimizer of the same kind and settings in the place of the model's own, so that slots, counters, loss scale and
 * whoever listens to the model's own know nothing of trial steps.
 *
 * @returns what disposes it and puts the model's own back
 * @throws Error for an optimizer that the user has wrapped: its settings cannot be seen
 */
export function swapInTrialOptimizer(view: ModelView): () => void {
  const current = optimizerOf(view);
  const record = state().records.get(view);
  if (record === undefined || record.wrapped === null) {
    if ('lossScaleState' in current)
      throw new TypeError(
        '[models] findBatchSize() needs an optimizer that it can make a second time, got one wrapped by hand. Compile with the plain optimizer and call mixedPrecision(model, policy, options).',
      );
    const trial = again(current);
    setOptimizer(view, trial);
    return () => {
      setOptimizer(view, current);
      trial.dispose();
    };
  }
  const { wrapped, options } = record;
  const { onStep: _, ...silent } = options;
  record.wrapped = null;
  record.options = silent;
  setOptimizer(view, again(wrapped.wrapper.inner));
  syncOptimizer(record);
  return () => {
    const trial = optimizerOf(view);
    record.wrapped = wrapped;
    record.options = options;
    setOptimizer(view, wrapped.wrapper);
    trial.dispose();
  };
}

/** Steps after which all that an update needs has been held at once. */
export function stepsOfUpdate(view: ModelView): number {
  return 2 * (state().records.get(view)?.options.accumulate ?? 1);
}

function again(optimizer: Optimizer): Optimizer {
  const Kind = optimizer.constructor as unknown as OptimizerClass;
  return Kind.fromConfig(Kind, optimizer.getConfig());
}

function optimizerOf({ model, optimizer_ }: ModelView): Optimizer {
  return (model?.optimizer_ ?? optimizer_) as Optimizer;
}

function setOptimizer(view: ModelView, optimizer: Optimizer): void {
  view.optimizer_ = optimizer;
  if (view.model !== undefined && view.model !== null) view.model.optimizer_ = optimizer;
}
