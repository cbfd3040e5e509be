import { isDeepStrictEqual } from 'node:util';
import { compileFunction } from 'node:vm';
import { transform } from 'esbuild';
import type { Example } from './find-examples.ts';
import { promisedValues } from './promise.ts';

/** A line whose comment says what it gives. */
export interface CheckedLine {
  readonly line: string;
  readonly actual: unknown;
  readonly promised: readonly unknown[];
  readonly kept: boolean;
}

/** What became of an example. */
export interface ExampleRun {
  readonly checked: readonly CheckedLine[];
  /** Statements that ran. None means that the example shows nothing. */
  readonly statements: number;
  /** Lines of code that stand in comments, so that nobody knows whether they are right. */
  readonly commentedOut: readonly string[];
}

/** What an example finds around it. */
export interface ExampleSurroundings {
  /** Names that it may use without an import. */
  readonly scope?: Readonly<Record<string, unknown>>;
  /** How its imports are loaded; `import()` in the caller's own file, so that names resolve there. */
  readonly load?: (specifier: string) => Promise<object>;
}

const STATEMENT = /^(\s*)(?:(const|let) (\w+)(?:: [^=]+?)? = )?(.+); \/\/ (.+)$/;
const CODE_IN_COMMENT = /^\s*\/\/ .*([;{]|; \/\/ .*)$/;

/**
 * Runs an example and compares what its lines give with what the comments behind them say.
 *
 * Documentation that nobody runs goes wrong in silence. `expression; // value` and `const name = expression; // value` are
 * compared, exactly; a comment that is no value is a remark. A line that is wholly in a comment did not run and is counted.
 *
 * Compiles the code (TypeScript is fine) and runs it in this process: what it registers or changes stays.
 *
 * @param example - from `examplesIn` or `packageExamples`
 * @param surroundings - the names in scope, and how imports are loaded
 * @returns what was compared; nothing is thrown for a broken promise
 * @throws whatever the example throws
 *
 * @example
 * const { checked } = await runExample({ where: 'here', line: 1, code: 'half(6); // 3' }, { scope: { half: (x) => x / 2 } });
 * checked[0].kept; // true
 */
export async function runExample(example: Example, { scope = {}, load = refuseImports }: ExampleSurroundings = {}): Promise<ExampleRun> {
  const lines = example.code.split('\n');
  const checked: CheckedLine[] = [];
  const see = (index: number, actual: unknown): unknown => {
    const line = (lines[index] ?? '').trim();
    const promised = promisedValues(STATEMENT.exec(line)?.[5] ?? '');
    checked.push({ line, actual, promised, kept: promised.some((value) => isDeepStrictEqual(actual, value)) });
    return actual;
  };
  const { code } = await transform(lines.map(withSight).join('\n'), {
    loader: 'ts',
    target: 'es2022',
    format: 'esm',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const names = Object.keys(scope);
  const run = compileFunction(`'use strict';\nreturn (async () => {\n${withLoads(code)}\n})();`, ['see__', 'load__', ...names]) as (
    ...values: unknown[]
  ) => Promise<void>;
  await run(see, load, ...names.map((name) => scope[name]));
  return {
    checked,
    statements: lines.filter((line) => /; *(\/\/ .*)?$/.test(line) && !/^\s*(\/\/|import )/.test(line)).length,
    commentedOut: lines.filter((line) => CODE_IN_COMMENT.test(line)),
  };
}

/** Lets the value of a statement be seen, if a comment behind it promises one. */
function withSight(line: string, index: number): string {
  const [, margin = '', keyword, name = '', expression = '', comment = ''] = STATEMENT.exec(line) ?? [];
  if (
    /^\s*(\/\/|import |return |\}|\))/.test(line) ||
    (keyword === undefined && /^\s*(const|let|var) /.test(line)) ||
    promisedValues(comment).length === 0
  )
    return line;
  return keyword === undefined
    ? `${margin}see__(${index}, ${expression});`
    : `${margin}${keyword} ${name} = ${expression}; see__(${index}, ${name});`;
}

/** Turns the imports of a module into awaited loads, because the code runs as a function. */
function withLoads(code: string): string {
  return code
    .replace(/^import \* as (\w+) from (".*?");$/gm, 'const $1 = await load__($2);')
    .replace(/^import (\w+) from (".*?");$/gm, 'const { default: $1 } = await load__($2);')
    .replace(
      /^import \{(.*?)\} from (".*?");$/gm,
      (_, list: string, from: string) => `const {${list.replace(/ as /g, ': ')}} = await load__(${from});`,
    )
    .replace(/^import (".*?");$/gm, 'await load__($1);');
}

function refuseImports(specifier: string): never {
  throw new Error(
    `[testing] an example that imports needs a loader, got an import of ${specifier}. Pass { load: (name) => import(name) }.`,
  );
}
