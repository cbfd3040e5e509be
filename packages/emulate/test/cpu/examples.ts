import { readdirSync, readFileSync } from 'node:fs';

/** One example and where it stands. */
export interface Example {
  readonly where: string;
  readonly code: string;
}

/** A line whose comment says what it gives. */
export interface CheckedLine {
  readonly line: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

const root = new URL('../../', import.meta.url);

/** The examples of this package: every `@example` of its sources and every block of its README that is marked `ts`. */
export function examples(): readonly Example[] {
  const inSources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const comments = readFileSync(new URL(`src/${name}`, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
      return comments.flatMap((comment) => {
        const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
        return code === undefined ? [] : [{ where: `src/${name}`, code }];
      });
    });
  const blocks = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  return [...inSources, ...blocks.map(([, code = '']) => ({ where: 'README.md', code }))];
}

/** Runs an example with what it imports in scope; gives what each line with a result in its comment says and does. */
export async function runExample({ code }: Example, scope: Readonly<Record<string, unknown>>): Promise<readonly CheckedLine[]> {
  const lines = code.split('\n').filter((line) => !line.startsWith('import '));
  const checked = lines.map((line) => {
    const [, statement, expected] = /^\s*(?!const |let )(.+); \/\/ (.+)$/.exec(line) ?? [];
    return expected === undefined
      ? line
      : `seen.push({ line: ${JSON.stringify(line.trim())}, actual: ${statement}, expected: ${expected} });`;
  });
  const AsyncFunction = (async () => undefined).constructor as new (...parts: string[]) => (...values: unknown[]) => Promise<CheckedLine[]>;
  return new AsyncFunction(...Object.keys(scope), `'use strict'; const seen = []; ${checked.join('\n')}\nreturn seen;`)(
    ...Object.values(scope),
  );
}
