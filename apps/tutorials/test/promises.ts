import { engine } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Finding } from '../src/finding.ts';
import type { Lesson, Program } from '../src/lesson.ts';
import { testLesson } from './test-lesson.ts';

/**
 * Runs a program at a glance: every claim holds, the table is a table, every number is one, and no tensor is left.
 *
 * @param claims - how many there must be
 * @param changes - what its lesson needs otherwise
 */
export async function expectPromisesKept(program: Program, claims: number, changes: Partial<Lesson> = {}): Promise<Finding> {
  const before = tensors();
  const finding = await program.run(testLesson(changes));
  expect(finding.claims.filter(({ holds }) => !holds)).toEqual([]);
  expect(finding.claims).toHaveLength(claims);
  expect(finding.rows.map((row) => row.length)).toEqual(finding.rows.map(() => finding.columns.length));
  expect(Object.values(finding.numbers).every(Number.isFinite)).toBe(true);
  expect(tensors()).toBe(before);
  return finding;
}

/** Stops a program at one of its reports: it tells of no other one, and no tensor is left. */
export async function expectStopAt(program: Program, report: number): Promise<void> {
  const before = tensors();
  const stop = new AbortController();
  let reports = 0;
  const progress = (): void => {
    reports += 1;
    if (reports === report) stop.abort(new Error('enough'));
  };
  await expect(program.run(testLesson({ signal: stop.signal, progress }))).rejects.toThrow('enough');
  expect(reports).toBe(report);
  expect(tensors()).toBe(before);
}

/** Of all backends. */
export function tensors(): number {
  return engine().state.numTensors;
}
