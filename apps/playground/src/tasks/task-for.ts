import type { ImageClasses } from '../protocol.ts';
import type { Settings } from '../state/settings.ts';
import { membraneTask } from './membrane-task.ts';
import { digitTask, imageTask } from './picture-task.ts';
import type { Task } from './task.ts';
import { textTask } from './text-task.ts';

/**
 * Makes the examples that settings ask for.
 *
 * Pure. Takes a fraction of a second: pictures are drawn and text is written anew.
 *
 * @param settings - model, data, batch and seed
 * @param images - the visitor's, where the data are those
 * @throws Error for own images that were not given
 */
export function taskFor(settings: Settings, images: ImageClasses | null): Task {
  switch (settings.data) {
    case 'digits':
      return digitTask(settings);
    case 'membranes':
      return membraneTask(settings);
    case 'text':
      return textTask(settings);
    case 'images':
      if (images === null)
        throw new Error(
          '[playground] your own images must be chosen before training, got none. Choose a folder with a folder for each class.',
        );
      return imageTask(images, settings);
    default:
      return settings.data satisfies never;
  }
}
