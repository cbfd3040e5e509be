import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiText, changedLines } from './api-text.mjs';
import { hashSources } from './evidence-hash.mjs';
import { evidenceState } from './evidence-state.mjs';
import { importProblem, importRings } from './import-rules.mjs';
import { manifestProblems, packageRings, unnamedExports } from './manifest-rules.mjs';
import { type Allowed, packageOrder } from './package-order.mjs';
import { importsOf } from './source-imports.mjs';
import { tarballProblems } from './tarball-rules.mjs';

describe('the order of the packages', () => {
  test('lets each import only from those above it', () => {
    const names = Object.keys(packageOrder);
    for (const [index, [, { halftone }]] of Object.entries(packageOrder).entries()) {
      for (const other of halftone) expect(names.slice(0, index)).toContain(other);
    }
  });
  test('keeps packages for Node out of what browsers load, but for a file of their own', () => {
    const order: Readonly<Record<string, Allowed>> = packageOrder;
    const forNode = Object.keys(order).filter((name) => order[name]?.runsIn === 'node');
    expect(forNode).toEqual(['node']);
    for (const { halftone, runsIn, onlyFrom = {} } of Object.values(order)) {
      if (runsIn !== 'node') expect(halftone.filter((name) => forNode.includes(name))).toEqual([]);
      for (const name of Object.keys(onlyFrom)) expect(forNode).toContain(name);
    }
  });
});

describe('imports', () => {
  const read = (text: string): string[] =>
    importsOf('a.ts', text).map(({ from, isType, isDynamic }) => `${from}${isType ? ' type' : ''}${isDynamic ? ' dynamic' : ''}`);

  test('are found in every form, and text that only looks like one is not', () => {
    const text = `import a from 'a'; import type b from 'b'; export { c } from './c.ts'; export type { d } from 'd';
      const e = await import('e'); let f: import('f').F; // import g from 'g'
      const h = "import i from 'i'";`;
    expect(read(text)).toEqual(['a', 'b type', './c.ts', 'd type', 'e dynamic', 'f type']);
  });

  const importer = {
    folder: 'packages/autocast',
    isTest: false,
    isFree: false,
    allowed: { halftone: ['policy'], outside: ['@tensorflow/tfjs-core'], node: ['node:os'] },
    declared: new Set(['@halftone/policy', '@halftone/webgpu', '@tensorflow/tfjs-core', 'left-pad']),
  };
  const problem = (from: string, more: object = {}): string | undefined =>
    importProblem(
      { file: 'packages/autocast/src/a.ts', line: 1, from, isType: false, isDynamic: false, ...more },
      { ...importer, ...more },
    );

  test('from above and from declared packages are fine', () => {
    for (const from of ['./b.ts', '../src/c.ts', '@halftone/policy', '@tensorflow/tfjs-core']) expect(problem(from)).toBeUndefined();
  });
  test.each([
    ['../../policy/src/index.ts', 'leaves its package'],
    ['@tensorflow/tfjs-core/dist/engine', 'reaches into a package of tfjs'],
    ['@halftone/policy/src/policy.ts', 'reaches into the sources'],
    ['@halftone/autocast', 'imports itself'],
    ['@halftone/webgpu', 'not allowed here'],
    ['left-pad', 'not allowed here'],
    ['@halftone/optimizer', 'not declared'],
    ['node:fs', 'module of Node'],
  ])('%s is refused: it %s', (from, why) => {
    expect(problem(from)).toContain(why);
  });
  test('of Node are taken dynamically where they are listed, and freely in tests', () => {
    expect(problem('node:os', { isDynamic: true })).toBeUndefined();
    expect(problem('node:os')).toContain('module of Node');
    expect(problem('node:fs', { isTest: true })).toBeUndefined();
  });
  test('of Node are free in a package for Node alone', () => {
    const allowed = { ...importer.allowed, runsIn: 'node' as const };
    expect(problem('node:fs', { allowed })).toBeUndefined();
    expect(problem('../../policy/src/index.ts', { allowed })).toContain('leaves its package');
  });
  test('of a package for Node alone come from its one file, which no other file reaches', () => {
    const allowed = { ...importer.allowed, onlyFrom: { node: 'src/node.ts' } };
    const declared = new Set(['@halftone/node']);
    const door = 'packages/autocast/src/node.ts';
    expect(problem('@halftone/node', { allowed, declared, file: door })).toBeUndefined();
    expect(problem('@halftone/node', { allowed, declared })).toContain('only src/node.ts may import it');
    expect(problem('./node.ts', { allowed })).toContain('is for Node alone');
    expect(problem('./node-name.ts', { allowed })).toBeUndefined();
    expect(problem('../src/node.ts', { allowed, isTest: true, file: 'packages/autocast/test/a.test.ts' })).toBeUndefined();
  });
  test('of types alone may come from any declared package of others', () => {
    expect(problem('left-pad', { isType: true })).toBeUndefined();
    expect(problem('@halftone/webgpu', { isType: true })).toContain('not allowed here');
  });

  test('in a ring are found once, and types make none', () => {
    const edge = (file: string, from: string, isType = false) => ({ file, from, isType, isDynamic: false, line: 1 });
    expect(importRings([edge('s/a.ts', './b.ts'), edge('s/b.ts', './c.ts'), edge('s/c.ts', './a.ts')])).toEqual([
      ['s/a.ts', 's/b.ts', 's/c.ts'],
    ]);
    expect(importRings([edge('s/a.ts', './b.ts'), edge('s/b.ts', './a.ts', true)])).toEqual([]);
  });
});

test('a README names every export, types and new names too', () => {
  const index =
    "export { encode, type Format } from './a.ts';\nexport type { Info } from './b.ts';\nexport { inner as outer } from './c.ts';\n";
  expect(unnamedExports('`encode(values)`, `Format`, `Info` and `outer`', index)).toEqual([]);
  expect(unnamedExports('`encoded`, `Formats`, `inner`', index)).toEqual(['encode', 'Format', 'Info', 'outer']);
});

describe('a manifest', () => {
  const good = {
    name: '@halftone/policy',
    version: '0.0.0',
    description: 'A sentence that says what it is.',
    license: 'MIT',
    type: 'module',
    repository: { directory: 'packages/policy' },
    sideEffects: false,
    exports: {
      '.': { '@halftone/source': './src/index.ts', types: './dist/index.d.mts', default: './dist/index.mjs' },
      './package.json': './package.json',
    },
    engines: { node: '>=20.19' },
    dependencies: { '@halftone/float16': 'workspace:^' },
    peerDependencies: { '@tensorflow/tfjs-core': '>=4.22.0 <5' },
    devDependencies: { vitest: 'catalog:' },
  };

  test('of the house has no fault', () => {
    expect(manifestProblems(good, 'policy')).toEqual([]);
  });
  test('may bring commands', () => {
    const { name, exports, ...rest } = good;
    const { version, description, license, type, repository, sideEffects, ...last } = rest;
    const bin = { 'halftone-node-doctor': './dist/doctor-command.mjs' };
    const manifest = { name, version, description, license, type, repository, sideEffects, bin, exports, ...last };
    expect(manifestProblems(manifest, 'policy')).toEqual([]);
  });
  test.each([
    [{ name: 'policy' }, 'name must be'],
    [{ sideEffects: true }, 'sideEffects must be'],
    [{ engines: { node: '>=18' } }, 'engines.node must be'],
    [{ dependencies: { '@halftone/float16': '^1.0.0' } }, 'must be "workspace:^"'],
    [{ devDependencies: { vitest: '^4' } }, 'must be "catalog:"'],
    [{ peerDependencies: { '@halftone/float16': 'workspace:^' } }, 'Make it a dependency'],
    [{ exports: { '.': { types: './a', default: './b' }, './package.json': './package.json' } }, 'in this order'],
    [{ description: 'short' }, 'one sentence'],
    [{ bin: './dist/cli.mjs' }, 'must name each command'],
    [{ bin: { doctor: './dist/doctor.mjs' } }, 'bin.doctor must be called halftone-'],
    [{ bin: { 'halftone-doctor': './src/doctor.ts' } }, 'must be a file ./dist/'],
  ])('with %j is refused', (change, why) => {
    expect(manifestProblems({ ...good, ...change }, 'policy').join()).toContain(why);
  });
  test('keeps the order of keys', () => {
    const { license, ...rest } = good;
    expect(manifestProblems({ ...rest, license }, 'policy').join()).toContain('keys stand in the order');
  });
});

describe('packages', () => {
  test('in a ring are found once, whether for use or for tests', () => {
    const a = { name: 'a', dependencies: { b: '*', outside: '*' } };
    const b = { name: 'b', dependencies: { c: '*' } };
    const c = { name: 'c', devDependencies: { a: '*' } };
    expect(packageRings([c, b, a])).toEqual([['a', 'b', 'c']]);
    expect(packageRings([a, b, { name: 'c', peerDependencies: { a: '*' } }])).toEqual([]);
  });
});

describe('evidence', () => {
  const file = { name: 'e', passed: true, sources: ['src'], sourcesHash: 'abc' };

  test('is good when it passed on the code of today', () => {
    expect(evidenceState('e', file, 'abc').state).toBe('good');
  });
  test('is named with the command that makes it when it is missing or old', () => {
    const [never, old] = [evidenceState('e', undefined, 'abc'), evidenceState('e', file, 'other')];
    expect([never.state, old.state]).toEqual(['missing', 'bad']);
    for (const { line } of [never, old]) expect(line).toContain('npm run evidence -- e');
    expect(evidenceState('e', { ...file, passed: false }, 'abc').state).toBe('bad');
  });
  test('is older as soon as a source changes, whatever its tests do', async () => {
    const root = await mkdtemp(join(tmpdir(), 'evidence-'));
    await mkdir(join(root, 'src'));
    await writeFile(join(root, 'src', 'a.ts'), '1');
    const first = await hashSources(root, ['src']);
    await writeFile(join(root, 'src', 'a.test.ts'), '2');
    await mkdir(join(root, 'src', '.cache-of-a-tool'));
    await writeFile(join(root, 'src', '.cache-of-a-tool', 'b.ts'), '2');
    expect(await hashSources(root, ['src'])).toBe(first);
    await writeFile(join(root, 'src', 'a.ts'), '3');
    expect(await hashSources(root, ['src'])).not.toBe(first);
    await expect(hashSources(root, ['gone'])).rejects.toThrow('must exist');
  });
});

describe('the public face', () => {
  test('is the declarations without their comments', () => {
    expect(apiText('/** Adds. */\ndeclare function add(a: number): number;\nexport { add };')).toBe(
      'declare function add(a: number): number;\nexport { add };\n',
    );
  });
  test('names the lines that changed', () => {
    expect(changedLines('a\nb\n', 'a\nc\n')).toEqual(['- b', '+ c']);
  });
});

describe('a packed package', () => {
  const files = ['package.json', 'README.md', 'LICENSE', 'dist/index.mjs', 'dist/index.d.mts'];
  const manifest = {
    exports: { '.': { types: './dist/index.d.mts', default: './dist/index.mjs' } },
    dependencies: { '@halftone/policy': '^0.1.0' },
  };

  test('with what it exports, a README and the licence is fine', () => {
    expect(tarballProblems(files, manifest)).toEqual([]);
  });
  test('without them is not, nor with tests or with ranges that only a workspace understands', () => {
    expect(tarballProblems(files.slice(2), manifest)).toEqual(['package.json is not packed', 'README.md is not packed']);
    expect(tarballProblems([...files, 'src/a.test.ts'], manifest)).toEqual(['src/a.test.ts is packed and should not be']);
    expect(tarballProblems(files, { ...manifest, dependencies: { a: 'workspace:^' } })).toEqual(['dependencies.a is still "workspace:^"']);
    expect(tarballProblems(files.slice(0, 4), manifest).join()).toContain('which is not packed');
    const bin = { 'halftone-doctor': './dist/doctor.mjs' };
    expect(tarballProblems(files, { ...manifest, bin })).toEqual([
      'bin["halftone-doctor"] points to ./dist/doctor.mjs, which is not packed',
    ]);
    expect(tarballProblems([...files, 'dist/doctor.mjs'], { ...manifest, bin })).toEqual([]);
  });
});
