import { readdirSync, readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';

/** One example and where it stands. */
export interface Example {
  readonly where: string;
  readonly code: string;
}

const root = new URL('../../', import.meta.url);

/** The examples of a package: every `@example` of its sources and every block of code of its README that is marked `ts`. */
export function examples(): readonly Example[] {
  const sources = readdirSync(new URL('src/', root)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const inSources = sources.flatMap((name) => {
    const comments = readFileSync(new URL(`src/${name}`, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
    return comments.flatMap((comment) => {
      const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
      return code === undefined ? [] : [{ where: `src/${name}`, code }];
    });
  });
  const blocks = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  return [...inSources, ...blocks.map(([, code = '']) => ({ where: 'README.md', code }))];
}

/** Runs an example with the exports of its package in scope; gives what each line with a result in its comment says and does. */
export function runExample(
  { code }: Example,
  scope: Readonly<Record<string, unknown>>,
): readonly { line: string; actual: unknown; expected: unknown }[] {
  const lines = code.split('\n').filter((line) => !line.startsWith('import '));
  const checked = lines.map((line) => {
    const [, statement, expected] = /^\s*(?!const |let )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return expected === undefined
      ? line
      : `seen.push({ line: ${JSON.stringify(line.trim())}, actual: ${statement}, expected: ${expected} });`;
  });
  const body = `'use strict'; const seen = []; ${checked.join('\n')}\nreturn seen;`;
  const run = compileFunction(body, Object.keys(scope)) as (...values: unknown[]) => never[];
  return run(...Object.values(scope));
}
