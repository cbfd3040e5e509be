import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Length, PluginName, Program, Progress } from '../lesson.ts';
import { runProgram, type Outcome } from '../run-program.ts';
import { dataOf, type DataChoice } from './node-data.ts';
import { openPlugin } from './node-plugins.ts';
import { folderStorage } from './node-storage.ts';

/** What the command, CI and the evidence choose. */
export interface NodeWishes {
  readonly plugin: PluginName;
  readonly data: DataChoice;
  readonly length: Length;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: (report: Progress) => void;
}

/**
 * Runs a program in this process.
 *
 * What it stores lies in a folder that is gone afterwards. Waits for the device and the disk.
 */
export async function runInNode(program: Program, { plugin, data, length, seed, signal, progress }: NodeWishes): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'halftone-tutorial-'));
  try {
    return await runProgram(program, {
      usePlugin: (wanted) => openPlugin(plugin, wanted),
      ...dataOf(data, length, seed),
      storage: folderStorage(folder),
      length,
      seed,
      signal,
      progress,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
