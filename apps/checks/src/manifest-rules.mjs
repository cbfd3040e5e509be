/** @typedef {Readonly<Record<string, any>>} Manifest */

/** One order of keys everywhere, so that two manifests can be compared by eye. */
const keyOrder = [
  'name',
  'version',
  'private',
  'description',
  'keywords',
  'license',
  'type',
  'repository',
  'sideEffects',
  'bin',
  'exports',
  'files',
  'engines',
  'scripts',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'devDependencies',
];

/** The one entry that acts on import, and says so: it teaches vitest our matchers. */
const matcherFiles = ['./src/matchers.ts', './dist/matchers.mjs'];

/**
 * What is wrong with the manifest of a published package.
 *
 * Pure.
 *
 * @param {Manifest} manifest
 * @param {string} folder - its name under packages/
 * @returns {string[]} one line a fault; empty for a good manifest
 */
export function manifestProblems(manifest, folder) {
  const expected = {
    name: folder === 'halftone' ? 'halftone' : `@halftone/${folder}`,
    license: 'MIT',
    type: 'module',
    sideEffects: folder === 'testing' ? matcherFiles : false,
    'engines.node': '>=20.19',
    'repository.directory': `packages/${folder}`,
  };
  const read = /** @param {string} path */ (path) => path.split('.').reduce((value, key) => value?.[key], /** @type {any} */ (manifest));
  const problems = Object.entries(expected)
    .filter(([path, value]) => JSON.stringify(read(path)) !== JSON.stringify(value))
    .map(([path, value]) => `${path} must be ${JSON.stringify(value)}, got ${JSON.stringify(read(path))}`);
  const known = Object.keys(manifest).filter((key) => keyOrder.includes(key));
  const unknown = Object.keys(manifest).filter((key) => !keyOrder.includes(key));
  if (unknown.length > 0) problems.push(`unknown keys ${unknown.join(', ')}; add them to manifest-rules.mjs or take them out`);
  if (known.join() !== keyOrder.filter((key) => key in manifest).join())
    problems.push(`keys stand in the order ${keyOrder.filter((key) => key in manifest).join(', ')}`);
  if (!/^\S.{20,}\.$/.test(manifest['description'] ?? ''))
    problems.push(`description must be one sentence, got ${JSON.stringify(manifest['description'])}`);
  return [
    ...problems,
    ...binProblems(manifest['bin'] ?? {}),
    ...exportProblems(manifest['exports'] ?? {}),
    ...dependencyProblems(manifest),
  ];
}

/** @param {Manifest | string} bin */
function binProblems(bin) {
  if (typeof bin === 'string') return [`bin must name each command, got "${bin}"`];
  return Object.entries(bin).flatMap(([command, path]) => [
    ...(/^halftone(-|$)/.test(command)
      ? []
      : [`bin.${command} must be called halftone-${command}: commands of all packages share one folder`]),
    ...(/^\.\/dist\/[\w-]+\.mjs$/.test(path) ? [] : [`bin.${command} must be a file ./dist/….mjs, got ${JSON.stringify(path)}`]),
  ]);
}

/** @param {Manifest} exported */
function exportProblems(exported) {
  const problems = [];
  if (exported['./package.json'] !== './package.json') problems.push('exports needs "./package.json": "./package.json"');
  for (const [path, target] of Object.entries(exported)) {
    if (path === './package.json') continue;
    const order = Object.keys(target).join(', ');
    if (order !== '@halftone/source, types, default')
      problems.push(`exports["${path}"] must have @halftone/source, types, default in this order, got ${order}`);
  }
  return problems;
}

/** @param {Manifest} manifest */
function dependencyProblems(manifest) {
  const problems = [];
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies']) {
    for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
      const isOurs = name.startsWith('@halftone/');
      if (kind === 'peerDependencies') {
        if (isOurs)
          problems.push(`${name} is one of ours and a peer: a bumped peer is a major release of ${manifest['name']}. Make it a dependency`);
        continue;
      }
      const wanted = isOurs ? 'workspace:^' : 'catalog:';
      if (range !== wanted) problems.push(`${kind}.${name} must be "${wanted}", got "${range}"`);
    }
  }
  return problems;
}

/**
 * Finds rings of packages that depend on one another, for tests too: no tool could say which to build first.
 *
 * Pure.
 *
 * @param {readonly Manifest[]} manifests
 * @returns {string[][]} each ring from its first name in the alphabet
 */
export function packageRings(manifests) {
  const needs = new Map(
    manifests.map(({ name, dependencies, devDependencies }) => [name, Object.keys({ ...dependencies, ...devDependencies }).toSorted()]),
  );
  /** @type {string[][]} */
  const rings = [];
  /** @type {(path: readonly string[]) => void} */
  const walk = (path) => {
    for (const next of needs.get(path.at(-1)) ?? []) {
      if (next === path[0]) rings.push([...path]);
      else if (needs.has(next) && next > (path[0] ?? '') && !path.includes(next)) walk([...path, next]); // a ring is found from its first name alone
    }
  };
  for (const name of [...needs.keys()].toSorted()) walk([name]);
  return rings;
}

/**
 * What a package exports and its README does not name: readers look for a name there first.
 *
 * Pure.
 *
 * @param {string} readme
 * @param {string} index - the text of src/index.ts, which only re-exports
 * @returns {string[]} in the order of the index
 */
export function unnamedExports(readme, index) {
  const words = new Set(readme.match(/[A-Za-z_$][\w$]*/g));
  const names = [...index.matchAll(/\bexport (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
  return names
    .map(
      (name) =>
        name
          .replace(/^\s*type\s/, '')
          .split(/\sas\s/)
          .at(-1)
          ?.trim() ?? '',
    )
    .filter((name) => name !== '' && !words.has(name));
}
