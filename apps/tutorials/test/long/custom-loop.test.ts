import { expect, test } from 'vitest';
import { program } from '../../src/programs/custom-loop.ts';
import { expectPromisesKept, expectStopAt } from '../promises.ts';

test('keeps its promises at a glance, and leaves no tensor behind', async () => {
  const { pictures } = await expectPromisesKept(program, 9);
  expect(pictures.map(({ title }) => title)).toEqual(['Naming loss', 'Loss scale', 'Redrawn from 32 numbers']);
});

test('stops at the signal, and leaves no tensor behind', () => expectStopAt(program, 2));
