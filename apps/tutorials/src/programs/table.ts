import type { Program } from '../lesson.ts';

/**
 * Every tutorial's program by its name, loaded when it is asked for.
 *
 * A line each, in the order of the pages: `'NAME': () => import('./NAME.ts')`, and the file exports `program`.
 */
export const programTable: Readonly<Record<string, () => Promise<{ readonly program: Program }>>> = {
  'three-lines': () => import('./three-lines.ts'),
  'custom-loop': () => import('./custom-loop.ts'),
  segmentation: () => import('./segmentation.ts'),
  language: () => import('./language.ts'),
  transfer: () => import('./transfer.ts'),
  cuda: () => import('./cuda.ts'),
  'op-lists': () => import('./op-lists.ts'),
};
