import { describe, expect, it } from 'vitest';
import { examplesIn, packageExamples, promisedValues, runExample } from '../../src/examples.ts';
import '../../src/matchers.ts';

const run = (code: string, scope: Record<string, unknown> = {}): ReturnType<typeof runExample> =>
  runExample({ where: 'here', line: 1, code }, { scope, load: (name) => import(name) });

describe('finding examples', () => {
  it('reads doc comments, several in one, up to the next tag', () => {
    const text =
      '/** Not this: 1. */\n/**\n * Adds.\n *\n * @example\n * one();\n * two();\n *\n * @example\n * three();\n *\n * @see there\n */\nexport const add = 1;\n';
    expect(examplesIn(text, 'src/add.ts')).toEqual([
      { where: 'src/add.ts', line: 6, code: 'one();\ntwo();\n' },
      { where: 'src/add.ts', line: 10, code: 'three();\n' },
    ]);
  });
  it('reads the blocks of Markdown that are marked ts, and no others', () => {
    expect(examplesIn('# A\n\n```sh\nnpm start\n```\n\n```ts\na();\n```\n', 'A.md')).toEqual([{ where: 'A.md', line: 8, code: 'a();\n' }]);
  });
  it('reads nothing from other files', () => {
    expect(examplesIn('/** @example\n * 1;\n */', 'a.js')).toEqual([]);
  });
});

describe('what a comment promises', () => {
  it.each([
    ['512', [512]],
    ['1,024', [1024]],
    ["'ok'", ['ok']],
    ["{ status: 'ok' }", [{ status: 'ok' }]],
    ['Float32Array [1, NaN]', [Float32Array.of(1, NaN)]],
    ['1: one of the two', [1]],
    ['true on most machines', [true]],
    ["'f16', or 'packed-f16' where there is no f16", ['f16', 'packed-f16']],
    ['undefined', [undefined]],
  ])('%s', (comment, values) => {
    expect(promisedValues(comment)).toEqual(values);
  });
  it.each(['half: storageOf(h) is float16', 'every kernel', '{ physicalBytes, cachedBytes }', 'float32, as you say'])(
    'nothing: %s',
    (comment) => {
      expect(promisedValues(comment)).toEqual([]);
    },
  );
});

describe('running an example', () => {
  it('compares expressions and constants with the comments behind them, in whatever language TypeScript allows', async () => {
    const { checked, statements } = await run('const a: number = 2; // 2\nlet b = a;\nb = b * 3; // 6\nb + 1; // 8');
    expect(checked.map(({ actual, kept }) => [actual, kept])).toEqual([
      [2, true],
      [6, true],
      [7, false],
    ]);
    expect(statements).toBe(4);
  });
  it('tells 0 from -0 and an array from a typed array', async () => {
    const { checked } = await run('-0; // 0\n[1]; // Float32Array [1]\nFloat32Array.of(1); // Float32Array [1]');
    expect(checked.map(({ kept }) => kept)).toEqual([false, false, true]);
  });
  it('loads imports, and waits', async () => {
    const { checked } = await run(
      "import { basename as last } from 'node:path';\nimport * as path from 'node:path';\nimport 'node:fs';\nlast('/a/b'); // 'b'\nawait Promise.resolve(path.sep.length); // 1",
    );
    expect(checked.every(({ kept }) => kept)).toBe(true);
    expect(checked).toHaveLength(2);
  });
  it('lets an import stand in for a name in scope', async () => {
    const { checked } = await run("import { basename } from 'node:path';\nbasename('/a/b'); // 'b'", { basename: () => 'x' });
    expect(checked[0]?.kept).toBe(true);
  });
  it('counts code that stands in comments, which did not run', async () => {
    const { statements, commentedOut } = await run('// const a = await open();\n// a.b; // 3\n// this is prose, not code');
    expect(statements).toBe(0);
    expect(commentedOut).toHaveLength(2);
  });
  it('throws what the example throws', async () => {
    await expect(run('missing();')).rejects.toThrow(/missing/);
    await expect(runExample({ where: 'here', line: 1, code: "import 'node:fs';" })).rejects.toThrow(
      /needs a loader, got an import of node:fs/,
    );
  });
});

const root = new URL('../../', import.meta.url);

it('the first example of the README does what it says', async () => {
  const [first] = packageExamples(root).filter(({ where }) => where === 'README.md');
  const names: string[] = [];
  const test = (name: string, body: () => void): void => {
    names.push(name);
    body();
  };
  await runExample(first ?? { where: 'README.md', line: 0, code: '' }, { load: async () => ({ expect, test }) });
  expect(names).toEqual(['halves are what we think they are']);
});

const inVitest = packageExamples(root).filter(
  ({ code }) => !/^\s*import |dawn\(|GpuMeter|TensorflowMeter|^\s*\/\/ describe|tf\.|describe\.skipIf/m.test(code),
);

it.each(inVitest)('the example in $where, line $line, does what it says', async (example) => {
  const own = (await import(/* @vite-ignore */ new URL(example.where, root).href)) as Record<string, unknown>;
  const { checked, statements } = await runExample(example, { scope: { ...own, expect } });
  expect(statements).toBeGreaterThan(0);
  for (const { line, actual, promised, kept } of checked)
    expect(kept, `${line} gave ${String(actual)}, promised ${String(promised)}`).toBe(true);
});
