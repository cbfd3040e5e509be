import { expect, test } from 'vitest';
import { packageExamples, runExample } from '@halftone/testing/examples';
import * as lossScale from '../../src/index.ts';

const examples = packageExamples(new URL('../../', import.meta.url));

test('every function has an example, and the README has one', () => {
  const functions = Object.values(lossScale).filter((value) => typeof value === 'function' && value !== lossScale.StepOrderError);
  expect(examples.length).toBeGreaterThanOrEqual(functions.length + 1);
});

test.each(examples)('the example in $where, line $line, does what it says', async (example) => {
  const { checked, commentedOut } = await runExample(example, { scope: { ...lossScale }, load: async () => lossScale });
  expect(commentedOut).toEqual([]);
  expect(checked.length).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked) expect(kept ? promised : [actual], line).toEqual(promised);
});
