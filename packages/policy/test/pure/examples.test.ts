import { expect, test } from 'vitest';
import { packageExamples, runExample } from '@halftone/testing/examples';
import * as policyPackage from '../../src/index.ts';

const examples = packageExamples(new URL('../../', import.meta.url));

test('every export has an example, and the README has one', () => {
  expect(examples.length).toBeGreaterThanOrEqual(Object.keys(policyPackage).length + 1);
});

test.each(examples)('the example in $where, line $line, does what it says', async (example) => {
  const { checked, commentedOut } = await runExample(example, { scope: { ...policyPackage }, load: async () => policyPackage });
  expect(commentedOut).toEqual([]);
  expect(checked.length).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked) expect(kept ? promised : [actual], line).toEqual(promised);
});
