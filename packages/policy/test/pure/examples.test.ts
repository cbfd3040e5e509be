import { expect, test } from 'vitest';
import * as policyPackage from '../../src/index.ts';
import { examples, runExample } from './examples.ts';

test('every export has an example, and the README has one', () => {
  expect(examples().length).toBeGreaterThanOrEqual(Object.keys(policyPackage).length + 1);
});

test.each(examples())('the example of $where says what happens: $code', (example) => {
  const seen = runExample(example, policyPackage);
  expect(seen.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of seen) expect(actual, line).toEqual(expected);
});
