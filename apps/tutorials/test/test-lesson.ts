import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawnDigitsOf, drawnMembranesOf, writtenTextOf } from '../src/drawn-data.ts';
import type { Lesson } from '../src/lesson.ts';
import { folderStorage } from '../src/node/node-storage.ts';
import { openEmulated } from '../src/open-plugins.ts';

/**
 * A lesson for tests: a glance at drawn data, emulated on wasm.
 *
 * @param changes - what the test needs otherwise
 */
export function testLesson(changes: Partial<Lesson> = {}): Lesson {
  return {
    usePlugin: () => openEmulated({ base: 'wasm' }),
    digits: async () => drawnDigitsOf('glance', 1),
    membranes: async () => drawnMembranesOf('glance', 1),
    text: async () => writtenTextOf('glance', 1),
    length: 'glance',
    seed: 1,
    signal: new AbortController().signal,
    storage: folderStorage(mkdtempSync(join(tmpdir(), 'halftone-tutorial-test-'))),
    progress: () => undefined,
    ...changes,
  };
}
