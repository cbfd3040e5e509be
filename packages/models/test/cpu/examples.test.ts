import { readdirSync, readFileSync } from 'node:fs';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as autocast from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import * as models from '../../src/index.ts';

/** The folders whose functions take a model; files have examples of their own. */
const FOLDERS = ['src/', 'src/batch-size/', 'src/graph/', 'src/keras/', 'src/layers/', 'src/summary/'] as const;
const root = new URL('../../', import.meta.url);
const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<unknown[]>;
const tf: object = { ...tfc, ...tfl };

const sourcesIn = (folder: string): string[] => readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.ts'));

interface Example {
  readonly where: string;
  readonly code: string;
}

/** Every `@example` of the folders, and the block of the README. */
function examples(): readonly Example[] {
  const blocks = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  const inSources = FOLDERS.flatMap((folder) =>
    sourcesIn(folder).flatMap((name) => {
      const comments = readFileSync(new URL(folder + name, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
      return comments.flatMap((comment) => {
        const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
        return code === undefined ? [] : [{ where: folder + name, code }];
      });
    }),
  );
  return [...inSources, ...blocks.map(([, code = '']) => ({ where: 'README.md', code }))];
}

/** Runs an example; what a line says in its comment is compared with what it gives. */
async function run(code: string): Promise<readonly { line: string; actual: unknown; expected: string }[]> {
  const lines = code.split('\n').filter((line) => !line.startsWith('import '));
  const checked = lines.map((line) => {
    const [, statement, expected] = /^\s*(?!const |let )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return expected === undefined || !/^('|\d|true|false|null)/.test(expected)
      ? line
      : `seen.push({ line: ${JSON.stringify(line.trim())}, actual: ${statement}, expected: ${JSON.stringify(expected)} });`;
  });
  const scope = { tf, ...autocast, ...models, useWebGPU: async () => undefined }; // the emulation is current already
  const body = `'use strict'; const seen = []; ${checked.join('\n')}\nreturn seen;`;
  return (await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope))) as {
    line: string;
    actual: unknown;
    expected: string;
  }[];
}

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tfc.disposeVariables());

test('every exported function that takes a model has an example, and so has the README', () => {
  const index = readFileSync(new URL('src/index.ts', root), 'utf8');
  const exported = FOLDERS.flatMap((folder) =>
    sourcesIn(folder).flatMap((name) => {
      const functions = readFileSync(new URL(folder + name, root), 'utf8').match(/(?<=^export (?:async )?function )\w+/gm) ?? [];
      return functions.filter((one) => new RegExp(`\\b${one}\\b`).test(index));
    }),
  );
  const codes = examples().map(({ code }) => code);
  expect(exported.length).toBeGreaterThan(8);
  for (const name of new Set(exported))
    expect(
      codes.some((code) => code.includes(`${name}(`)),
      name,
    ).toBe(true);
  expect(examples().some(({ where }) => where === 'README.md')).toBe(true);
});

test.each(examples())('the example of $where says what happens: $code', async ({ code }) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const seen = await run(code).finally(() => log.mockRestore());
  expect(seen.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of seen) expect(typeof actual === 'string' ? `'${actual}'` : String(actual), line).toBe(expected);
});
