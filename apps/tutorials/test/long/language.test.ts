import { expect, test } from 'vitest';
import { program } from '../../src/programs/language.ts';
import { expectPromisesKept, expectStopAt } from '../promises.ts';

test('keeps its promises at a glance, and leaves no tensor behind', async () => {
  const { pictures } = await expectPromisesKept(program, 5);
  expect(pictures.map((picture) => picture.kind === 'curves' && picture.series.map(({ name }) => name))).toEqual([
    ['float32', 'mixed_float16', 'mixed_bfloat16'],
    ['mixed_float16', 'mixed_bfloat16'],
  ]);
});

test('stops at the signal, and leaves no tensor behind', () => expectStopAt(program, 3));
