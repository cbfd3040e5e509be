import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import * as autocast from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import * as optimizer from '@halftone/optimizer';
import { packageExamples, runExample } from '@halftone/testing/examples';
import * as models from '../../src/index.ts';

const root = new URL('../../', import.meta.url);
const examples = packageExamples(root);
const tf = { ...core, ...layers };
const useWebGPU = async (): Promise<undefined> => undefined; // the emulation is current already
const packages: Readonly<Record<string, object>> = {
  '@tensorflow/tfjs': tf,
  '@halftone/models': models,
  '@halftone/webgpu': { useWebGPU },
};

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => core.disposeVariables());

it.each(examples)('the example in $where, line $line, does what it says', async (example) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const own = example.where.endsWith('.ts') ? ((await import(new URL(example.where, root).href)) as object) : {};
  const scope = { ...own, tf, ...autocast, ...optimizer, ...models };
  const run = runExample(example, { scope, load: async (name) => packages[name] ?? {} });
  const { checked, statements, commentedOut } = await run.finally(() => log.mockRestore());
  expect(statements + commentedOut.length).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked) expect(kept ? promised : [actual], line).toEqual(promised);
});

it('every exported function has an example, and the README has one', () => {
  const codes = examples.map(({ code }) => code);
  const functions = Object.entries(models).flatMap(([name, value]) => (/^function|^async function/.test(String(value)) ? [name] : []));
  expect(functions.length).toBeGreaterThan(30);
  expect(functions.filter((name) => !codes.some((code) => code.includes(`${name}(`)))).toEqual([]);
  expect(examples.map(({ where }) => where)).toContain('README.md');
});
