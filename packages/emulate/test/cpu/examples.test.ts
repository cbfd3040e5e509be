import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { autocast, storageOf } from '@halftone/autocast';
import * as emulate from '../../src/index.ts';
import { examples, runExample } from './examples.ts';

it.each(examples())('the example in $where does what it says', async (example) => {
  const lines = await runExample(example, { tf, autocast, storageOf, ...emulate });
  expect(lines.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of lines) expect(actual, line).toEqual(expected);
});

it('there are examples in the sources and in the README', () => {
  expect(examples().map(({ where }) => where)).toEqual(['src/register.ts', 'src/register.ts', 'README.md']);
});
