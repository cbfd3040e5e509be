import type { Optimizer } from '@tensorflow/tfjs-core';
import { applyList, setIterations } from './inner-optimizer.ts';
import { inFloat32 } from './precision.ts';
import { UndoLog } from './undo-log.ts';

/** Optimizers that create the slots of every variable that they are shown, also of one without a gradient. */
const CREATES_SLOTS_WITHOUT_GRADIENT: ReadonlySet<string> = new Set([
  'SGD',
  'Momentum',
  'Adam',
  'Adamax',
  'Adagrad',
  'Adadelta',
  'RMSProp',
  'AdamW',
  'Lamb',
]);

const primed = new WeakMap<Optimizer, number>();

/**
 * Makes an optimizer create its slots before its first step, so that a first step which is skipped leaves them as they
 * start: zeros, or Adagrad's 0.1.
 *
 * tfjs's optimizers create slots inside `applyGradients`, so they would be born with the bad update in them. They are
 * shown every variable with no gradient once, and what that moved (powers of beta, counters) is put back.
 * Runs again when more variables come; costs nothing otherwise.
 *
 * @returns `false` for a class that is not known to do this: its next step needs gradients without infinities and NaN
 */
export function primeSlots(optimizer: Optimizer, names: readonly string[]): boolean {
  if ((primed.get(optimizer) ?? -1) >= names.length) return true;
  const known = CREATES_SLOTS_WITHOUT_GRADIENT.has(optimizer.getClassName());
  if (known) {
    const iterations = optimizer.iterations;
    const log = new UndoLog();
    log.record(() =>
      inFloat32(() =>
        applyList(
          optimizer,
          names.map((name) => ({ name, tensor: null })),
        ),
      ),
    );
    log.undo();
    setIterations(optimizer, iterations);
  }
  primed.set(optimizer, names.length);
  return known;
}
