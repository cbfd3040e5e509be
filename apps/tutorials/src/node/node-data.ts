import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { membraneFiles, mnistData, textFile } from '@halftone/data/node';
import { drawnDigitsOf, drawnMembranesOf, writtenTextOf } from '../drawn-data.ts';
import type { Length, Lesson } from '../lesson.ts';

/** Where data comes from: drawn by ourselves, or a folder with `mnist`, `membrane` and `tinyshakespeare`. */
export type DataChoice = { readonly kind: 'drawn' } | { readonly kind: 'folder'; readonly folder: string };

/**
 * Chooses the data: what the user named, else the folder `data` in HALFTONE_SHARED, else drawn. A glance is always at drawn data unless a folder is named.
 *
 * @throws Error for a folder that is none
 */
export function chooseData(wanted: string | undefined, length: Length): DataChoice {
  if (wanted === 'drawn') return { kind: 'drawn' };
  if (wanted !== undefined) {
    if (!existsSync(wanted) || !statSync(wanted).isDirectory())
      throw new Error(
        `[tutorials] --data must be drawn or a folder, got ${wanted}. Name one with mnist, membrane or tinyshakespeare in it, as the tutorial needs.`,
      );
    return { kind: 'folder', folder: wanted };
  }
  const shared = join(process.env['HALFTONE_SHARED'] ?? '', 'data');
  return length !== 'glance' && process.env['HALFTONE_SHARED'] && existsSync(shared)
    ? { kind: 'folder', folder: shared }
    : { kind: 'drawn' };
}

/** Reads or draws what a program asks for, when it asks. Waits for the disk. */
export function dataOf(choice: DataChoice, length: Length, seed: number): Pick<Lesson, 'digits' | 'membranes' | 'text'> {
  if (choice.kind === 'drawn')
    return {
      digits: async () => drawnDigitsOf(length, seed),
      membranes: async () => drawnMembranesOf(length, seed),
      text: async () => writtenTextOf(length, seed),
    };
  const { folder } = choice;
  return {
    digits: async () => mnistData(join(folder, 'mnist')),
    membranes: async () => membraneFiles(join(folder, 'membrane')),
    text: async () => textFile(join(folder, 'tinyshakespeare', 'input.txt'), "Shakespeare's plays"),
  };
}
