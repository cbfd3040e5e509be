import { expect, test } from 'vitest';
import { program } from '../../src/programs/op-lists.ts';
import { expectPromisesKept, expectStopAt } from '../promises.ts';

test('keeps its promises at a glance, and leaves no tensor behind', async () => {
  const { rows, pictures } = await expectPromisesKept(program, 9);
  expect(rows).toHaveLength(7);
  expect(pictures).toHaveLength(1);
});

test('stops at the signal, and leaves no tensor behind', () => expectStopAt(program, 3));
