import { dirname, join, normalize } from 'node:path/posix';

/** @import { SourceImport } from './source-imports.mjs' */
/** @import { Allowed } from './package-order.mjs' */

/**
 * Whose import it is: the package's folder, whether the file is a test, and what the package may use.
 * @typedef {{ readonly folder: string, readonly isTest: boolean, readonly isFree: boolean, readonly allowed: Allowed, readonly declared: ReadonlySet<string> }} Importer
 */

/**
 * What is wrong with one import, or nothing.
 *
 * Pure: all facts come in.
 *
 * @param {SourceImport} found
 * @param {Importer} importer
 * @returns {string | undefined}
 */
export function importProblem({ file, from, isType, isDynamic }, { folder, isTest, isFree, allowed, declared }) {
  const nodeDoors = Object.entries(allowed.onlyFrom ?? {});
  if (from.startsWith('.')) {
    const target = normalize(join(dirname(file), from));
    if (!target.startsWith(`${folder}/`)) return 'leaves its package by a relative path; import the other package by its name';
    return nodeDoors.some(([, door]) => target === `${folder}/${door}`) && !isTest
      ? 'is for Node alone, in code that browsers load; users import it by its own sub-path'
      : undefined;
  }
  if (/^@tensorflow\/[^/]+\/./.test(from)) return 'reaches into a package of tfjs; import from its root, or `import type`';
  if (/^@halftone\/[^/]+\/src/.test(from)) return 'reaches into the sources of another package; import from its root';
  if (from.startsWith('node:')) {
    const isListed = allowed.node?.includes(from) ?? false;
    return isTest || isFree || isType || allowed.runsIn === 'node' || (isDynamic && isListed)
      ? undefined
      : 'is a module of Node in code that browsers load; list it in package-order.mjs and import it dynamically';
  }
  const name = from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
  if (name === selfName(folder)) return isTest ? undefined : 'imports itself by name; use a relative path';
  if (!declared.has(name) && !(isType && declared.has(`@types/${name}`))) return `is not declared in ${folder}/package.json`;
  if (isTest || isFree) return undefined;
  const ours = /^@halftone\/(.+)$/.exec(name)?.[1];
  const door = nodeDoors.find(([name]) => name === ours)?.[1];
  if (door !== undefined) return file === `${folder}/${door}` ? undefined : `is for Node alone; only ${door} may import it`;
  const may = ours === undefined ? allowed.outside.includes(name) : allowed.halftone.includes(ours);
  return may || (isType && ours === undefined) ? undefined : 'is not allowed here by package-order.mjs';
}

/**
 * Finds rings of imports between files; imports of types make none.
 *
 * @param {readonly SourceImport[]} imports
 * @returns {string[][]} each ring from its first file in the alphabet
 */
export function importRings(imports) {
  /** @type {Map<string, string[]>} */
  const edges = new Map();
  for (const { file, from, isType, isDynamic } of imports) {
    if (!from.startsWith('.') || isType || isDynamic) continue;
    const to = normalize(join(dirname(file), from));
    edges.set(file, [...(edges.get(file) ?? []), to]);
  }
  /** @type {Map<string, string>} */
  const rings = new Map();
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {(file: string, path: readonly string[]) => void} */
  const walk = (file, path) => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const ring = path.slice(at);
      rings.set(ring.toSorted().join(' '), ring.join(' '));
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of [...edges.keys()].toSorted()) walk(file, []);
  return [...rings.values()].map((ring) => ring.split(' '));
}

/** @param {string} folder */
function selfName(folder) {
  const name = folder.split('/').at(-1);
  return name === 'halftone' ? 'halftone' : `@halftone/${name}`;
}
