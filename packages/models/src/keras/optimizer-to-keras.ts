import type { Optimizer } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { LossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import type { MixedPrecisionModelOptions } from '../layers/options.ts';
import type { Refusals } from './cannot-cross.ts';
import { refusals } from './cannot-cross.ts';
import type { KerasObject } from './hand-over.ts';
import { kerasObject, sameJson } from './keras-object.ts';
import { optimizerRow } from './optimizer-table.ts';

/** An optimizer and what is around it. */
export interface OptimizerParts {
  readonly inner: Optimizer;
  readonly wrapper: MixedPrecisionOptimizer | null;
}

/** Looks into a wrapper, also one of another copy of the package. */
export function optimizerParts(optimizer: Optimizer): OptimizerParts {
  if (!('inner' in optimizer && 'lossScaleState' in optimizer)) return { inner: optimizer, wrapper: null };
  const wrapper = optimizer as MixedPrecisionOptimizer;
  return { inner: wrapper.inner, wrapper };
}

/** An optimizer in Keras's words: a LossScaleOptimizer around it where its loss is scaled dynamically. */
export function optimizerToKeras(optimizer: Optimizer, lossScale: LossScale): KerasObject {
  const refused = refusals('to Keras');
  const { inner, wrapper } = optimizerParts(optimizer);
  if (wrapper !== null) refused.add('a wrapped optimizer: pass its inner one and the loss scale, toKeras(optimizer.inner, { lossScale })');
  const { class_name, config } = innerToKeras(inner, {}, refused);
  noteLossScale(lossScale, refused);
  refused.throwIfAny();
  const { kind, options } = lossScale;
  if (kind === 'static') return kerasObject('keras.optimizers', class_name, { ...config, loss_scale_factor: options.initialScale });
  const made = kerasObject('keras.optimizers', class_name, config);
  if (kind === 'none') return made;
  const scale = { initial_scale: options.initialScale, dynamic_growth_steps: options.growthInterval };
  return kerasObject('keras.optimizers', 'LossScaleOptimizer', { inner_optimizer: made, ...scale });
}

/** The class and the settings of an optimizer without its wrapper; notes what Keras has no word for. */
export function innerToKeras(
  inner: Optimizer,
  options: MixedPrecisionModelOptions,
  refused: Refusals,
): { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> } {
  const className = inner.getClassName();
  const clip = clipping(options, refused);
  const row = optimizerRow(className);
  if (row === undefined) {
    refused.add(`the optimizer ${className}`);
    return { class_name: className, config: {} };
  }
  const given = inner.getConfig() as Readonly<Record<string, unknown>>;
  const config: Record<string, unknown> = {};
  for (const [argument, name] of Object.entries(row.args)) config[argument] = given[name];
  for (const [name, value] of Object.entries(row.only ?? {})) {
    if (given[name] !== undefined && !sameJson(given[name], value))
      refused.add(`${name} ${String(given[name])} of the optimizer ${className}`);
  }
  if (row.keras === 'SGD' && config['momentum'] === 0) delete config['momentum']; // Keras refuses a whole number here
  if (row.keras === 'Adagrad') config['epsilon'] = engine().backend.epsilon();
  return { class_name: row.keras, config: { ...config, ...clip } };
}

/** Keras clips after the scale is taken out, as we do. */
function clipping(
  { clipNorm, clipVariableNorm, clipValue, accumulate = 1, learningRate }: MixedPrecisionModelOptions,
  refused: Refusals,
): object {
  if (accumulate !== 1) refused.add(`accumulate ${accumulate}, for which Keras takes a batch ${accumulate} times as large`);
  if (learningRate !== undefined) refused.add('a learning rate that is a function of the steps');
  return {
    ...(clipNorm === undefined ? {} : { global_clipnorm: clipNorm }),
    ...(clipVariableNorm === undefined ? {} : { clipnorm: clipVariableNorm }),
    ...(clipValue === undefined ? {} : { clipvalue: clipValue }),
  };
}

/** Notes what Keras's dynamic scale cannot do: its factors are 2 and 0.5, and it backs off at the first bad step. */
export function noteLossScale({ kind, options }: LossScale, refused: Refusals): void {
  if (kind !== 'dynamic') return;
  for (const [name, value] of Object.entries({ growthFactor: 2, backoffFactor: 0.5, hysteresis: 1 })) {
    const given: unknown = Reflect.get(options, name);
    if (given !== value) refused.add(`${name} ${String(given)} of the loss scale`);
  }
}
