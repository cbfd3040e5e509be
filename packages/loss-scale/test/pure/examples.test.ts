import { expect, test } from 'vitest';
import * as lossScale from '../../src/index.ts';
import { examples, runExample } from './examples.ts';

test('every function has an example, and the README has one', () => {
  const functions = Object.values(lossScale).filter((value) => typeof value === 'function' && value !== lossScale.StepOrderError);
  expect(examples().length).toBeGreaterThanOrEqual(functions.length + 1);
});

test.each(examples())('the example of $where says what happens: $code', (example) => {
  const seen = runExample(example, lossScale);
  expect(seen.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of seen) expect(actual, line).toEqual(expected);
});
