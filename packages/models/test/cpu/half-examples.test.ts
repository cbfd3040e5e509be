import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { packageExamples, runExample } from '@halftone/testing/examples';
import { beforeAll, expect, it } from 'vitest';
import { ModelFileError } from '../../src/bytes/model-file-error.ts';
import * as models from '../../src/index.ts';

const examples = packageExamples(new URL('../../', import.meta.url)).filter(({ where }) => /^src\/(bytes|files|safetensors)\//.test(where));
beforeAll(() => core.setBackend('cpu'));

it.each(examples)('the example in $where, line $line, does what it says', async (example) => {
  const scope = { tf: { ...core, ...layers }, ...models, ModelFileError };
  const { checked, commentedOut } = await runExample(example, { scope, load: async () => ({}) });
  expect(checked.length + commentedOut.length).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked) expect(kept ? promised : [actual], line).toEqual(promised);
});

it('every exported function of files has one', () => {
  expect(examples.length).toBe(15);
});
