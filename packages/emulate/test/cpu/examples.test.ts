import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import * as autocast from '@halftone/autocast';
import { packageExamples, runExample } from '@halftone/testing/examples';
import * as emulate from '../../src/index.ts';

const examples = packageExamples(new URL('../../', import.meta.url));
const packages: Readonly<Record<string, object>> = {
  '@tensorflow/tfjs-core': tf,
  '@halftone/autocast': autocast,
  '@halftone/emulate': emulate,
};

it.each(examples)('the example in $where, line $line, does what it says', async (example) => {
  const load = async (name: string): Promise<object> => packages[name] ?? {};
  const { checked, commentedOut } = await runExample(example, { scope: { tf, ...autocast, ...emulate }, load });
  expect(commentedOut).toEqual([]);
  expect(checked.length).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked) expect(kept ? promised : [actual], line).toEqual(promised);
});

it('there are examples in the sources and in the README', () => {
  expect(examples.map(({ where }) => where)).toEqual(['src/register.ts', 'src/register.ts', 'README.md']);
});
