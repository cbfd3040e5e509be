import type { Optimizer } from '@tensorflow/tfjs-core';
import { dispose, tidy, zerosLike } from '@tensorflow/tfjs-core';
import type { Chooser } from './chooser.ts';
import type { NamedGradient } from './gradient-list.ts';
import { presentGradients, withTensors } from './gradient-list.ts';
import { applyList } from './inner-optimizer.ts';
import { inFloat32 } from './precision.ts';
import { primeSlots } from './prime-slots.ts';
import type { UndoLog } from './undo-log.ts';

/**
 * Lets an optimizer take its step in float32 and notes in `log` what it changed, so that the step can be undone.
 *
 * The optimizer gets the gradients as they are, bad ones too: what they do to weights and slots goes when the log is
 * settled. Only the first step of a class that is not in tfjs gets zeros for bad gradients, because slots that it
 * creates then have no value to go back to; slots that do not start at zero may decay by one step there.
 */
export function recordedApply(
  optimizer: Optimizer,
  list: readonly NamedGradient[],
  { chooser, log }: { readonly chooser: Chooser; readonly log: UndoLog },
): void {
  const names = list.map(({ name }) => name);
  if (primeSlots(optimizer, names)) {
    log.record(() => inFloat32(() => applyList(optimizer, list)));
    return;
  }
  const tensors = presentGradients(list).map(({ tensor }) => tidy(() => chooser.choose(tensor, zerosLike(tensor))));
  log.record(() => inFloat32(() => applyList(optimizer, withTensors(list, tensors))));
  dispose(tensors);
}
