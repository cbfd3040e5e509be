import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fillPage, saysTheSame } from '../../src/markdown/fill-page.ts';
import { findingMarkdown, type KeptFinding } from '../../src/markdown/finding-markdown.ts';
import { regionNames, regionOf, wholeProgram } from '../../src/markdown/regions.ts';
import { tutorialPages } from '../../src/markdown/tutorial-pages.ts';
import { programNames } from '../../src/program-names.ts';

const PROGRAM = `const a = 1;
function f() {
  // #region outer
  if (a) {
    // #region inner
    b();
    // #endregion
  }
  // #endregion
}
`;

describe('regions of a program', () => {
  test('are the lines between their marks, moved to the left, without the marks of others', () => {
    expect(regionOf(PROGRAM, 'outer')).toBe('if (a) {\n  b();\n}');
    expect(regionOf(PROGRAM, 'inner')).toBe('b();');
    expect(regionNames(PROGRAM)).toEqual(['outer', 'inner']);
  });

  test('leave no mark in the whole program', () => {
    expect(wholeProgram(PROGRAM)).toBe('const a = 1;\nfunction f() {\n  if (a) {\n    b();\n  }\n}');
  });

  test('are refused by name where they are missing or do not end', () => {
    expect(() => regionOf(PROGRAM, 'other')).toThrow(/must have a region other, got outer, inner\. Name one/);
    expect(() => regionOf('// #region a\nb();', 'a')).toThrow(/region a must end with \/\/ #endregion/);
  });
});

const sources = { program: (name: string, region: string) => `[${name} ${region}]`, finding: (name: string) => `{${name}}` };

describe('a page', () => {
  test('gets programs and findings between its marks and keeps all else', () => {
    const page =
      'A\n<!-- program: x#part -->\nold\n<!-- /program -->\nB\n<!-- finding: x --><!-- /finding -->\n<!-- program: x -->\n<!-- /program -->';
    expect(fillPage(page, 'p.md', sources)).toBe(
      'A\n<!-- program: x#part -->\n\n[x part]\n\n<!-- /program -->\nB\n<!-- finding: x -->\n\n{x}\n\n<!-- /finding -->\n<!-- program: x -->\n\n[x ]\n\n<!-- /program -->',
    );
  });

  test('filled once stays as it is', () => {
    const once = fillPage('<!-- finding: x --><!-- /finding -->', 'p.md', sources);
    expect(fillPage(once, 'p.md', sources)).toBe(once);
  });

  test('with a mark that has no end is refused', () => {
    expect(() => fillPage('<!-- program: x -->', 'p.md', sources)).toThrow(/every mark in p\.md must have its end, got 1 marks in 0 pairs/);
  });

  test('says the same however code and tables are laid out, and not with another number', () => {
    expect(saysTheSame('f(a, b)\n| a | b |\n| --- | --- |', 'f(\n  a,\n  b,\n)\n| a   | b   |\n| --- | ------- |')).toBe(true);
    expect(saysTheSame('a = 1', 'a = 2')).toBe(false);
  });
});

const kept: KeptFinding = {
  passed: true,
  details: {
    name: 'x',
    length: 'full',
    seed: 1,
    device: 'a device',
    source: 'some data',
    seconds: 61.4,
    columns: ['', 'float32'],
    rows: [
      ['a|b', 0.5],
      ['c', null],
    ],
    claims: [
      { what: 'it is good', holds: true, found: '1' },
      { what: 'it is better', holds: false, found: '2' },
    ],
    numbers: {},
    curves: [],
  },
  commit: 'abcdef0123',
  date: '2026-01-02T03:04:05.000Z',
  hardware: 'a CPU, 2 cores',
  seconds: 70,
};

describe('a finding in a page', () => {
  test('is a table, a line a claim, and where and when it was found', () => {
    expect(findingMarkdown('x', kept).split('\n')).toEqual([
      '|  | float32 |',
      '| --- | --- |',
      '| a\\|b | 0.5 |',
      '| c | - |',
      '',
      '- Holds: it is good (1).',
      '- **Does not hold**: it is better (2).',
      '',
      'Found by `npm run evidence -- tutorial-x`, full length, in 61 s on 2026-01-02, commit `abcdef0`, a CPU, 2 cores: a device; some data.',
    ]);
  });

  test('that nobody made yet is a line that says how', () => {
    expect(findingMarkdown('x', undefined)).toMatch(/not committed yet; `npm run evidence -- tutorial-x`/);
  });
});

describe('the pages of a repository', () => {
  const root = mkdtempSync(join(tmpdir(), 'halftone-pages-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'docs', 'tutorials');
  const programs = join(root, 'apps', 'tutorials', 'src', 'programs');
  for (const path of [folder, programs]) mkdirSync(path, { recursive: true });
  const put = (text: string): void => writeFileSync(join(folder, 'three-lines.md'), text);

  test('must be there for each program', () => {
    put('x');
    expect(() => tutorialPages(root, { write: false })).toThrow(/every program must have a page, got no docs\/tutorials\/\S+\.md/);
  });

  test('are stale until they are written, and again when the program changes', () => {
    for (const name of programNames()) writeFileSync(join(folder, `${name}.md`), '# A page\n');
    put('# A\n\n<!-- program: three-lines#part -->\n<!-- /program -->\n');
    writeFileSync(join(programs, 'three-lines.ts'), '// #region part\nlet a = 1;\n// #endregion\n');
    const stale = (): string[] => tutorialPages(root, { write: false }).flatMap(({ file, isFresh }) => (isFresh ? [] : file));
    expect(stale()).toEqual(['docs/tutorials/three-lines.md']);
    tutorialPages(root, { write: true });
    expect(stale()).toEqual([]);
    expect(readFileSync(join(folder, 'three-lines.md'), 'utf8')).toContain('```ts\nlet a = 1;\n```');
    writeFileSync(join(programs, 'three-lines.ts'), '// #region part\nlet a = 2;\n// #endregion\n');
    expect(stale()).toEqual(['docs/tutorials/three-lines.md']);
  });

  test('may name no program that there is not', () => {
    put('<!-- program: nothing -->\n<!-- /program -->');
    expect(() => tutorialPages(root, { write: false })).toThrow(/a page must name a program, got nothing/);
  });
});
