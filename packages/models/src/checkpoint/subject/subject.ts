import type { Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { GradScaler } from '@halftone/optimizer';
import { message } from '../../bytes/model-file-error.ts';
import { isContainer } from '../../layers/tfjs-layers.ts';
import type { WeightAverage } from '../ema/weight-average.ts';

/** What a training loop of one's own is made of; each part that it has belongs into its checkpoints. */
export interface TrainingBag {
  /** A model that the loop trains; its weights are saved under the names of its layers. */
  readonly model?: LayersModel;
  /** Variables beside or instead of a model, under names of one's own; those of a list under their own names. */
  readonly variables?: Readonly<Record<string, Variable>> | readonly Variable[];
  /** The optimizer, wrapped or not; several under names of one's own. */
  readonly optimizer?: Optimizer | Readonly<Record<string, Optimizer>> | undefined;
  /** The `gradScaler` of the loop. */
  readonly scaler?: GradScaler;
  /** The averages of `emaOf(variables)`; those of a model are found by themselves. */
  readonly average?: WeightAverage;
}

/** What is saved and restored: a Layers model with its optimizer, or the parts of a loop. */
export type CheckpointSubject = LayersModel | TrainingBag;

const FIELDS: readonly string[] = ['model', 'variables', 'optimizer', 'scaler', 'average'];

/** A subject as its parts. */
export function bagOf(subject: CheckpointSubject, caller: string): TrainingBag {
  if (isContainer(subject)) {
    return {
      model: subject,
      get optimizer() {
        return subject.optimizer; // another wrapper may come with another policy
      },
    };
  }
  if (typeof subject !== 'object' || subject === null || !('model' in subject || 'variables' in subject)) {
    throw new TypeError(
      message(
        `${caller} takes a Layers model or { model or variables, optimizer, scaler }`,
        subject === null ? 'null' : typeof subject,
        'Pass what is trained.',
      ),
    );
  }
  const unknown = Object.keys(subject).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new RangeError(
      message(`what is trained may have ${FIELDS.join(', ')}`, `'${unknown}'`, 'Leave it out, or put it into metadata.'),
    );
  if (subject.model !== undefined && !isContainer(subject.model)) {
    throw new TypeError(message('model must be a Layers model', typeof subject.model, 'Pass the variables of other models as variables.'));
  }
  return subject;
}
