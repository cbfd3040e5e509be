import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of real data and models that the environment names, or `undefined` where there is none. */
export function sharedFolder(): string | undefined {
  const folder = process.env['HALFTONE_SHARED'];
  return folder !== undefined && folder !== '' && existsSync(folder) ? folder : undefined;
}

/**
 * Finds a file of real data, which belongs to others and is not part of the repository.
 *
 * Reads only the file system's directory. Ask `requireOrSkip('shared')` first.
 *
 * @param path - below the folder that `HALFTONE_SHARED` names, for example `data/mnist/t10k-labels-idx1-ubyte.gz`
 * @returns the path to open
 * @throws Error if `HALFTONE_SHARED` names no folder, or the folder has no such file
 */
export function sharedData(path: string): string {
  const folder = sharedFolder();
  if (folder === undefined) {
    throw new Error(
      `[testing] HALFTONE_SHARED must name a folder, got ${process.env['HALFTONE_SHARED'] ?? 'nothing'}. Set it, or skip with requireOrSkip('shared').`,
    );
  }
  const full = join(folder, path);
  if (!existsSync(full))
    throw new Error(`[testing] shared data must exist, got ${path}. Check what the folder named by HALFTONE_SHARED holds.`);
  return full;
}
