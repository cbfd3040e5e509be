/**
 * What cannot go from tfjs to Keras or back: each thing by its name, all of them at once, before anything is written.
 *
 * @example
 * new CannotCrossError('to Keras', ['the optimizer Odd']).reasons[0]; // 'the optimizer Odd'
 */
export class CannotCrossError extends RangeError {
  override readonly name = 'CannotCrossError';
  /** Each thing that cannot cross, in words. */
  readonly reasons: readonly string[];

  constructor(direction: 'to Keras' | 'from Keras', reasons: readonly string[]) {
    super(`[models] a model must be made of what both sides know to go ${direction}, got ${reasons.join('; ')}. Replace what is named.`);
    this.reasons = reasons;
  }
}

/** Notes what cannot cross; thrown together at the end. */
export interface Refusals {
  add(reason: string): void;
  throwIfAny(): void;
}

export function refusals(direction: 'to Keras' | 'from Keras'): Refusals {
  const reasons: string[] = [];
  return {
    add(reason) {
      if (!reasons.includes(reason)) reasons.push(reason);
    },
    throwIfAny() {
      if (reasons.length > 0) throw new CannotCrossError(direction, reasons);
    },
  };
}
