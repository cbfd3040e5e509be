import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as lossScale from '@halftone/loss-scale';
import * as optimizer from '../../src/index.ts';

const root = new URL('../../', import.meta.url);
const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<unknown[]>;

interface Example {
  readonly where: string;
  readonly code: string;
}

/** Every `@example` of the sources that is code, and every block of the README that is marked `ts`. */
function examples(): readonly Example[] {
  const inSources = readdirSync(new URL('src/', root)).flatMap((name) => {
    const comments = readFileSync(new URL(`src/${name}`, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
    return comments.flatMap((comment) => {
      const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
      return code === undefined || /^\s*\/\/ /.test(code) ? [] : [{ where: `src/${name}`, code }];
    });
  });
  const blocks = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  return [...inSources, ...blocks.map(([, code = '']) => ({ where: 'README.md', code }))];
}

/** Runs an example; what a line says in its comment is compared with what it gives. */
async function run({ code }: Example): Promise<readonly { line: string; actual: unknown; expected: string }[]> {
  const lines = code.split('\n').filter((line) => !line.startsWith('import '));
  const checked = lines.map((line) => {
    const [, statement, expected] = /^\s*(?!const |let )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return expected === undefined
      ? line
      : `seen.push({ line: ${JSON.stringify(line.trim())}, actual: ${statement}, expected: ${JSON.stringify(expected)} });`;
  });
  const scope = { tf, ...lossScale, ...optimizer };
  const body = `'use strict'; const seen = []; ${checked.join('\n')}\nreturn seen;`;
  return (await new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope))) as {
    line: string;
    actual: unknown;
    expected: string;
  }[];
}

beforeEach(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => {
  tf.disposeVariables();
});

test('every function that is exported has an example, and the README has two', () => {
  expect(examples().length).toBeGreaterThanOrEqual(7);
});

test.each(examples())('the example of $where says what happens: $code', async (example) => {
  const seen = await run(example);
  expect(seen.length).toBeGreaterThan(0);
  for (const { line, actual, expected } of seen) {
    const shown = actual instanceof Float32Array ? `Float32Array [${actual.join(', ')}]` : actual;
    expect(typeof shown === 'number' ? String(shown) : shown, line).toBe(expected);
  }
});
