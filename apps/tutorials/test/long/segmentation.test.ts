import { expect, test } from 'vitest';
import { program } from '../../src/programs/segmentation.ts';
import { expectPromisesKept, expectStopAt } from '../promises.ts';

test('keeps its promises at a glance, and leaves no tensor behind', async () => {
  const { pictures } = await expectPromisesKept(program, 5);
  expect(pictures).toMatchObject([{ kind: 'images', rows: [{ caption: 'picture 1' }, { caption: 'picture 2' }] }]);
});

test('stops at the signal, and leaves no tensor behind', () => expectStopAt(program, 3));
