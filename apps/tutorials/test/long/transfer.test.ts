import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Progress } from '../../src/lesson.ts';
import { folderStorage } from '../../src/node/node-storage.ts';
import { program } from '../../src/programs/transfer.ts';
import { expectPromisesKept, tensors } from '../promises.ts';
import { testLesson } from '../test-lesson.ts';

test('keeps its promises at a glance, and leaves no tensor and no file behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halftone-transfer-'));
  const { pictures } = await expectPromisesKept(program, 7, { storage: folderStorage(folder) });
  expect(pictures.map(({ kind }) => kind)).toEqual(['curves', 'images']);
  expect(existsSync(folder)).toBe(false);
});

test('a visit that was broken off is gone on from by the next one, with the bits of a run that never stopped', async () => {
  const before = tensors();
  const storage = folderStorage(mkdtempSync(join(tmpdir(), 'halftone-transfer-')));
  const stop = new AbortController();
  const leave = ({ what, step }: Progress): void => {
    if (what === 'with checkpoints' && step === 2) stop.abort(new Error('the tab is closed'));
  };
  await expect(program.run(testLesson({ storage, signal: stop.signal, progress: leave }))).rejects.toThrow('the tab is closed');
  expect(await storage.kept()).toBe(true);
  expect(tensors()).toBe(before);

  const heard: Progress[] = [];
  const { claims, rows } = await program.run(testLesson({ storage, progress: (report) => heard.push(report) }));
  expect(heard.map(({ what, step }) => `${what} ${step}`)).toEqual([3, 4, 5, 6, 7, 8].map((step) => `gone on ${step}`));
  expect(claims.filter(({ holds }) => !holds)).toEqual([]);
  expect(rows.at(-1)?.[0]).toBe('mixed_float16, stopped at epoch 2 of 8 and gone on');
  expect(await storage.kept()).toBe(false);
  expect(tensors()).toBe(before);
});
