// Runs the examples of one file, given as JSON, in this process; the last line of stdout is an array of outcomes.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { build } from 'esbuild';
import { runExample } from '@halftone/testing/examples';
import { root } from '../../setup/src/folders.mjs';

/** @import { Example } from '@halftone/testing/examples' */
/** @typedef {{ readonly compared: number, readonly statements: number, readonly commentedOut: readonly string[], readonly faults: readonly string[] }} ExampleOutcome */

const names = [
  'float16',
  'policy',
  'loss-scale',
  'autocast',
  'optimizer',
  'webgpu',
  'node',
  'emulate',
  'models',
  'testing',
  'testing/dawn',
  'testing/meter',
  'testing/examples',
];

/** @type {Example[]} */
const examples = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const tf = await import('@tensorflow/tfjs');
const packages = await Promise.all(names.map((name) => import(`@halftone/${name}`)));
const scope = { tf, ...exportsOf(packages) };
if (examples[0]?.where.startsWith('packages/models/src/')) await (await import('@halftone/emulate')).useEmulated({ base: 'cpu' }); // whoever wraps a model has a plug-in
/** @type {ExampleOutcome[]} */
const outcomes = [];
for (const example of examples) outcomes.push(await outcomeOf(example));
console.log(`\n${JSON.stringify(outcomes)}`);
process.exit(0); // Dawn keeps a thread

/**
 * @param {Example} example
 * @returns {Promise<ExampleOutcome>}
 */
async function outcomeOf(example) {
  try {
    const own = await ownModule(example.where);
    const { checked, statements, commentedOut } = await runExample(example, { scope: { ...own, ...scope }, load: (name) => import(name) });
    const broken = checked.filter(({ kept }) => !kept);
    const faults = broken.map(
      ({ line, actual, promised }) => `${line} gave ${inspect(actual)}, promised ${promised.map((value) => inspect(value)).join(' or ')}`,
    );
    if (statements === 0 && commentedOut.length === 0) faults.push('it has no statement');
    return { compared: checked.length, statements, commentedOut, faults };
  } catch (error) {
    return {
      compared: 0,
      statements: 0,
      commentedOut: [],
      faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  } finally {
    tf.disposeVariables();
  }
}

/**
 * All names that the packages export. One name has one meaning in all of them: examples, and people, import from several.
 *
 * @param {readonly Readonly<Record<string, unknown>>[]} modules
 * @returns {Record<string, unknown>}
 */
function exportsOf(modules) {
  /** @type {Record<string, unknown>} */
  const known = {};
  for (const [name, value] of modules.flatMap((module) => Object.entries(module))) {
    if (name in known && known[name] !== value)
      throw new Error(`[consumers] two packages export ${name} with two meanings, got both. Rename one.`);
    known[name] = value;
  }
  return known;
}

/**
 * What the file of an example exports beside what its package does.
 *
 * @param {string} where
 * @returns {Promise<Record<string, unknown>>}
 */
async function ownModule(where) {
  const file = join(root, where);
  if (!where.endsWith('.ts') || !existsSync(file)) return {};
  const outfile = join(import.meta.dirname, '..', 'dist', 'examples', `${where.replaceAll('/', '_')}.mjs`);
  await build({ entryPoints: [file], bundle: true, packages: 'external', format: 'esm', platform: 'node', outfile, logLevel: 'silent' });
  return import(pathToFileURL(outfile).href);
}
