import { readdirSync, readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as float16 from '../../src/index.ts';

const folder = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

/** The lines of code below `@example` in each doc comment of a source file. */
function docExamples(source: string): string[] {
  const comments = source.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => comment.split('@example').slice(1)).map((text) => text.replaceAll(/^ *\*\/?/gm, ''));
}

/** The code blocks of a Markdown file that call this package. */
function readmeExamples(markdown: string): string[] {
  return [...markdown.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

/**
 * Runs an example. Each line `expression; // value` becomes a pair to compare: the value is itself an expression, or a typed
 * array as Node prints it, and may be followed by `: remark`.
 */
function runExample(code: string): [line: string, got: unknown, promised: unknown][] {
  const body = code
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^ *(?:const (\w+) = )?(.*); \/\/ (.+)$/gm, (line, name: string | undefined, expression: string, comment: string) => {
      const promised = comment.replace(/: .*$/, '').replace(/^(\w+Array) \[(.*)\]$/, 'new $1([$2])');
      const shown = name ?? expression;
      return `${name ? `const ${name} = ${expression};` : ''} results.push([${JSON.stringify(line)}, ${shown}, ${promised}]);`;
    });
  const script = ts.transpileModule(body, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText;
  const results: [string, unknown, unknown][] = [];
  compileFunction(script, ['results', ...Object.keys(float16)])(results, ...Object.values(float16));
  return results;
}

const sources = readdirSync(new URL('src/', folder)).map((name) => `src/${name}`);
const examples = [
  ...sources.flatMap((path) => docExamples(read(path)).map((code) => [path, code] as const)),
  ...readmeExamples(read('README.md')).map((code) => ['README.md', code] as const),
];

describe('the examples', () => {
  it('exist for every exported function and in the README', () => {
    const all = examples.map(([, code]) => code).join();
    for (const name of Object.keys(float16)) expect(all).toMatch(new RegExp(`\\b${name}\\b`));
    expect(examples.map(([path]) => path)).toContain('README.md');
  });

  it.each(examples)('of %s do what their comments say: %s', (_, code) => {
    const results = runExample(code);
    expect(results.length).toBeGreaterThan(0);
    for (const [line, got, promised] of results) expect(got, line).toEqual(promised);
  });
});
