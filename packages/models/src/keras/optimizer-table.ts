/** How one class of optimizers is said on both sides. */
export interface OptimizerRow {
  readonly keras: string;
  /** Keras's name of an argument to tfjs's. */
  readonly args: Readonly<Record<string, string>>;
  /** Settings of tfjs that Keras has no word for, with the value that means the same as leaving them out. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** Keras's name of a slot to the optimizer's list of it and to its name in saved models of tfjs. */
  readonly slots: Readonly<Record<string, readonly [list: string, name: string]>>;
  /** Slots that Keras keeps only where this setting is not 0 or false. */
  readonly slotNeeds?: Readonly<Record<string, string>>;
  /** Powers that follow from the count of steps: name to the setting whose power it is. */
  readonly powers?: Readonly<Record<string, string>>;
  /** The count of steps, where the optimizer has a variable of its own for it. */
  readonly counter?: string;
  /** Keras's slot is tfjs's times minus the learning rate. */
  readonly holdsSteps?: true;
}

const moments = { momentum: ['accumulatedFirstMoment', 'm'], velocity: ['accumulatedSecondMoment', 'v'] } as const;
const ours = { momentum: ['first', 'm'], velocity: ['second', 'v'] } as const;
const betas = { learning_rate: 'learningRate', beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon' } as const;
const powers = { accBeta1: 'beta1', accBeta2: 'beta2' } as const;

/**
 * Optimizers by the names of their classes in tfjs. The update is the same but for epsilon: Adam, AdamW have it outside of the bias
 * correction in tfjs and inside in Keras, so Keras's is larger by 1/sqrt(1 - beta2^t) in the first thousand steps; centered RMSprop
 * adds it in Keras and takes it off in tfjs; Adadelta divides by the sum before the step in tfjs and after it in Keras.
 * `test/long/keras-optimizers.test.ts` holds the differences that these make.
 */
export const OPTIMIZERS: Readonly<Record<string, OptimizerRow>> = {
  SGD: { keras: 'SGD', args: { learning_rate: 'learningRate' }, slots: {} },
  Momentum: {
    keras: 'SGD',
    args: { learning_rate: 'learningRate', momentum: 'momentum', nesterov: 'useNesterov' },
    slots: { momentum: ['accumulations', 'momentum'] },
    slotNeeds: { momentum: 'momentum' },
    holdsSteps: true,
  },
  Adam: { keras: 'Adam', args: betas, slots: moments, powers },
  Adamax: {
    keras: 'Adamax',
    args: betas,
    only: { decay: 0 },
    slots: { momentum: ['accumulatedFirstMoment', 'm'], norm: ['accumulatedWeightedInfNorm', 'v'] },
    powers: { accBeta1: 'beta1' },
    counter: 'iteration',
  },
  RMSProp: {
    keras: 'RMSprop',
    args: { learning_rate: 'learningRate', rho: 'decay', momentum: 'momentum', epsilon: 'epsilon', centered: 'centered' },
    slots: {
      velocity: ['accumulatedMeanSquares', 'rms'],
      momentum: ['accumulatedMoments', 'momentum'],
      average_gradient: ['accumulatedMeanGrads', 'mg'],
    },
    slotNeeds: { momentum: 'momentum', average_gradient: 'centered' },
  },
  Adagrad: {
    keras: 'Adagrad',
    args: { learning_rate: 'learningRate', initial_accumulator_value: 'initialAccumulatorValue' },
    slots: { accumulator: ['accumulatedGrads', 'accumulator'] },
  },
  Adadelta: {
    keras: 'Adadelta',
    args: { learning_rate: 'learningRate', rho: 'rho', epsilon: 'epsilon' },
    slots: { accumulated_grad: ['accumulatedGrads', 'accum_grad'], accumulated_delta_var: ['accumulatedUpdates', 'accum_var'] },
  },
  AdamW: { keras: 'AdamW', args: { ...betas, weight_decay: 'weightDecay' }, slots: ours, powers: { power1: 'beta1', power2: 'beta2' } },
  Lamb: { keras: 'Lamb', args: betas, only: { weightDecay: 0 }, slots: ours, powers: { power1: 'beta1', power2: 'beta2' } },
};

/** The row of an optimizer's class, if it is one that both sides have. */
export function optimizerRow(className: string): OptimizerRow | undefined {
  return Object.hasOwn(OPTIMIZERS, className) ? OPTIMIZERS[className] : undefined;
}

/** The slots that Keras keeps with these settings, by its names. */
export function slotsInUse({ slots, slotNeeds = {} }: OptimizerRow, settings: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(slots).filter((slot) => {
    const needed = slotNeeds[slot];
    return needed === undefined || (settings[needed] !== 0 && settings[needed] !== false);
  });
}
