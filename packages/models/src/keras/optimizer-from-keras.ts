import type { Optimizer } from '@tensorflow/tfjs-core';
import { train } from '@tensorflow/tfjs-core';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptions, MomentOptions } from '@halftone/optimizer';
import { adamW, lamb, mixedPrecisionOptimizer } from '@halftone/optimizer';
import type { Refusals } from './cannot-cross.ts';
import { refusals } from './cannot-cross.ts';
import type { KerasObject } from './hand-over.ts';
import { isKerasObject, isRecord, showValue } from './keras-object.ts';
import { OPTIMIZERS } from './optimizer-table.ts';

type Settings = Readonly<Record<string, number | boolean>>;

/** What Keras's settings of every optimizer mean here. */
const WRAPPER_ARGS = { clipnorm: 'clipVariableNorm', global_clipnorm: 'clipNorm', clipvalue: 'clipValue' } as const;
/** Settings that mean nothing where they stand so. */
const IDLE: Readonly<Record<string, unknown>> = { use_ema: false, amsgrad: false, nesterov: false, centered: false, momentum: 0 };
const IGNORED = ['name', 'ema_momentum', 'loss_scale_factor'] as const;

const MAKERS: Readonly<Record<string, (settings: Settings) => Optimizer>> = {
  SGD: ({ learningRate }) => train.sgd(number(learningRate)),
  Momentum: ({ learningRate, momentum, useNesterov }) => train.momentum(number(learningRate), number(momentum), useNesterov === true),
  Adam: ({ learningRate, beta1, beta2, epsilon }) => train.adam(number(learningRate), number(beta1), number(beta2), number(epsilon)),
  Adamax: ({ learningRate, beta1, beta2, epsilon }) => train.adamax(number(learningRate), number(beta1), number(beta2), number(epsilon)),
  RMSProp: ({ learningRate, decay, momentum, epsilon, centered }) =>
    train.rmsprop(number(learningRate), number(decay), number(momentum), number(epsilon), centered === true),
  Adagrad: ({ learningRate, initialAccumulatorValue }) => train.adagrad(number(learningRate), number(initialAccumulatorValue)),
  Adadelta: ({ learningRate, rho, epsilon }) => train.adadelta(number(learningRate), number(rho), number(epsilon)),
  AdamW: ({ learningRate, ...options }) => adamW(number(learningRate), options as MomentOptions),
  Lamb: ({ learningRate, ...options }) => lamb(number(learningRate), { ...options, weightDecay: 0 } as MomentOptions),
};

/** An optimizer from what `keras.optimizers.serialize` gives, with its loss scale and its clipping around it. */
export function optimizerFromKeras(source: KerasObject): Optimizer {
  const refused = refusals('from Keras');
  const { config } = source;
  if (source.class_name !== 'LossScaleOptimizer') return build(source, null, refused);
  const { inner_optimizer: inner, initial_scale: initialScale, dynamic_growth_steps: growthInterval } = config;
  if (!isKerasObject(inner)) refused.add('a LossScaleOptimizer without inner_optimizer');
  refused.throwIfAny();
  const scale = { initialScale: Number(initialScale), growthInterval: Number(growthInterval) };
  return build(inner as KerasObject, dynamicLossScale(scale), refused);
}

/** Whether Keras calls an optimizer so. */
export function isKerasOptimizer(className: string): boolean {
  return className === 'LossScaleOptimizer' || Object.values(OPTIMIZERS).some(({ keras }) => keras === className);
}

function build({ class_name: className, config }: KerasObject, lossScale: LossScale | null, refused: Refusals): Optimizer {
  const name =
    className === 'SGD' && Number(config['momentum'] ?? 0) > 0
      ? 'Momentum'
      : Object.keys(OPTIMIZERS).find((key) => OPTIMIZERS[key]?.keras === className);
  const row = name === undefined ? undefined : OPTIMIZERS[name];
  if (name === undefined || row === undefined) refused.add(`the optimizer ${className}`);
  const settings: Record<string, number | boolean> = {};
  for (const [argument, value] of Object.entries(config)) {
    const known = row !== undefined && Object.hasOwn(row.args, argument) ? row.args[argument] : undefined;
    if (known !== undefined && (typeof value === 'number' || typeof value === 'boolean')) settings[known] = value;
    else if (known !== undefined && isRecord(value)) refused.add(`${argument} ${showValue(value)} of the optimizer ${className}`);
    else if (
      !(
        Object.hasOwn(WRAPPER_ARGS, argument) ||
        IGNORED.some((idle) => idle === argument) ||
        value === null ||
        IDLE[argument] === value ||
        argument === 'epsilon'
      )
    ) {
      refused.add(`${argument} ${showValue(value)} of the optimizer ${className}`);
    }
  }
  const missing = Object.entries(row?.args ?? {}).filter(
    ([, tfjs]) => settings[tfjs] === undefined && !['momentum', 'nesterov', 'centered'].some((name) => row?.args[name] === tfjs),
  );
  for (const [argument] of missing) refused.add(`the optimizer ${className} without ${argument}`);
  refused.throwIfAny();
  const inner = (MAKERS[name as string] as (settings: Settings) => Optimizer)({ momentum: 0, ...settings });
  const factor = config['loss_scale_factor'];
  const scale = lossScale ?? (typeof factor === 'number' ? staticLossScale(factor) : null);
  const clip = Object.entries(WRAPPER_ARGS).filter(([argument]) => typeof config[argument] === 'number');
  if (scale === null && clip.length === 0) return inner;
  const options = Object.fromEntries(clip.map(([argument, ours]) => [ours, config[argument]])) as MixedPrecisionOptions;
  return mixedPrecisionOptimizer(inner, scale === null ? options : { ...options, lossScale: scale });
}

function number(value: number | boolean | undefined): number {
  return value as number;
}
