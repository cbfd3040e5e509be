import { readdirSync, readFileSync } from 'node:fs';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as autocast from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import * as models from '../../src/index.ts';

/** The folders whose functions take a model; files have examples of their own. */
const FOLDERS = ['src/layers/', 'src/summary/'] as const;
const root = new URL('../../', import.meta.url);
const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<unknown[]>;
const tf: object = { ...tfc, ...tfl };

interface Example {
  readonly where: string;
  readonly code: string;
}

function examples(): readonly Example[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(new URL(folder, root)).flatMap((name) => {
      const comments = readFileSync(new URL(folder + name, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
      return comments.flatMap((comment) => {
        const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
        return code === undefined ? [] : [{ where: folder + name, code }];
      });
    }),
  );
}

/** Runs an example; what a line says in its comment is compared with what it gives. */
async function run(code: string): Promise<readonly { line: string; actual: unknown; expected: string }[]> {
  const checked = code.split('\n').map((line) => {
    const [, statement, expected] = /^\s*(?!const |let )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return expected === undefined
      ? line
      : `seen.push({ line: ${JSON.stringify(line.trim())}, actual: ${statement}, expected: ${JSON.stringify(expected)} });`;
  });
  const scope = { tf, ...autocast, ...models };
  const body = `'use strict'; const seen = []; ${checked.join('\n')}\nreturn seen;`;
  return (await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope))) as { line: string; actual: unknown; expected: string }[];
}

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tfc.disposeVariables());

test('every exported function that takes a model has an example', () => {
  expect(examples().length).toBe(7);
});

test.each(examples())('the example of $where says what happens: $code', async ({ code }) => {
  const seen = await run(code);
  expect(seen.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of seen) expect(typeof actual === 'string' ? `'${actual}'` : String(actual), line).toBe(expected);
});
