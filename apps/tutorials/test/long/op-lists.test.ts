import { engine } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { program } from '../../src/programs/op-lists.ts';
import { testLesson } from '../test-lesson.ts';

const tensors = (): number => engine().state.numTensors;

test('keeps its promises at a glance, and leaves no tensor behind', async () => {
  const before = tensors();
  const { columns, rows, claims, numbers, pictures } = await program.run(testLesson());
  expect(claims.filter(({ holds }) => !holds)).toEqual([]);
  expect(claims).toHaveLength(9);
  expect(rows.map((row) => row.length)).toEqual(rows.map(() => columns.length));
  expect(rows.map(([name]) => name)).toHaveLength(7);
  expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
  expect(pictures).toHaveLength(1);
  expect(tensors()).toBe(before);
});

test('stops at the signal, and leaves no tensor behind', async () => {
  const before = tensors();
  const stop = new AbortController();
  let steps = 0;
  const progress = (): void => {
    steps += 1;
    if (steps === 3) stop.abort(new Error('enough'));
  };
  await expect(program.run(testLesson({ signal: stop.signal, progress }))).rejects.toThrow('enough');
  expect(steps).toBe(3);
  expect(tensors()).toBe(before);
});
