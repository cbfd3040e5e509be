// `npm run evidence [-- name …] [--fresh] [--check]`: what takes too long for CI is proven once for each state of the code and kept in docs/evidence.
// Each packages/*/evidence/*.mjs or apps/*/evidence/*.mjs that exports `evidence` is one piece. An interrupted run goes on where it stopped.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { hashSources } from './evidence-hash.mjs';
import { evidenceState } from './evidence-state.mjs';

/**
 * What an evidence file exports.
 * @typedef {{ readonly name: string, readonly sources: readonly string[], run(options: { resume: boolean, onProgress(progress: unknown): void }): Promise<{ passed: boolean, details: unknown }> }} Evidence
 */

const root = join(import.meta.dirname, '../../..');
const kept = join(root, 'docs', 'evidence');
const fileOf = /** @param {string} name */ (name) => join(kept, `${name}.json`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, fresh: { type: 'boolean', default: false } },
});
const pieces = await findPieces();
const chosen = positionals.length === 0 ? pieces : pieces.filter(({ name }) => positionals.includes(name));
if (chosen.length === 0) console.log(`no evidence of that name; there is ${pieces.map(({ name }) => name).join(', ') || 'none'}`);
const count = { good: 0, bad: chosen.length === 0 && positionals.length > 0 ? 1 : 0, missing: 0 };
for (const piece of chosen) count[await (values.check ? check(piece) : make(piece))]++;
console.log(`${count.good} passed, ${count.bad} failed, ${count.missing} skipped`);
process.exitCode = count.bad === 0 ? 0 : 1;

/** @returns {Promise<Evidence[]>} */
async function findPieces() {
  const found = [];
  for (const group of ['packages', 'apps']) {
    for (const owner of (await readdir(join(root, group))).sort()) {
      const folder = join(root, group, owner, 'evidence');
      const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.mjs')).sort();
      for (const file of files) {
        if (!/^export const evidence\b|^export \{[^}]*\bevidence\b/m.test(await readFile(join(folder, file), 'utf8'))) continue; // a worker or a reference
        found.push((await import(pathToFileURL(join(folder, file)).href)).evidence);
      }
    }
  }
  return found;
}

/**
 * @param {Evidence} piece
 * @returns {Promise<'good' | 'missing' | 'bad'>}
 */
async function check({ name, sources }) {
  const file = await readFile(fileOf(name), 'utf8').then(JSON.parse, () => undefined);
  const { state, line } = evidenceState(name, file, await hashSources(root, sources));
  console.log(line);
  return state;
}

/**
 * @param {Evidence} piece
 * @returns {Promise<'good' | 'bad'>}
 */
async function make({ name, sources, run }) {
  const sourcesHash = await hashSources(root, sources);
  const file = await readFile(fileOf(name), 'utf8').then(JSON.parse, () => undefined);
  if (!values.fresh && evidenceState(name, file, sourcesHash).state === 'good') {
    console.log(`${name}: is of this code already; --fresh makes it anew`);
    return 'good';
  }
  console.log(`${name}: running`);
  const start = performance.now();
  const { passed, details, ...more } = await run({ resume: !values.fresh, onProgress: progressOf(name) });
  if ((await hashSources(root, sources)) !== sourcesHash) {
    console.log(`${name}: the code changed while it ran; nothing was kept. Run it again.`);
    return 'bad';
  }
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const hardware = `${cpus()[0]?.model.trim()}, ${cpus().length} cores`;
  const seconds = Math.round((performance.now() - start) / 1000);
  const result = {
    name,
    passed,
    details,
    commit,
    date: new Date().toISOString(),
    node: process.version,
    hardware,
    seconds,
    ...more,
    sources,
    sourcesHash,
  };
  await mkdir(kept, { recursive: true });
  await writeFile(fileOf(name), `${JSON.stringify(result, null, 2)}\n`);
  console.log(`${name}: ${passed ? 'passed' : 'FAILED'} after ${seconds} s, kept in docs/evidence/${name}.json`);
  return passed ? 'good' : 'bad';
}

/**
 * Shows progress on stderr, at most once in ten seconds.
 *
 * @param {string} name
 */
function progressOf(name) {
  let last = 0;
  return /** @param {unknown} progress */ (progress) => {
    if (performance.now() - last < 10_000) return;
    last = performance.now();
    process.stderr.write(`${name}: ${typeof progress === 'string' ? progress : JSON.stringify(progress)}\n`);
  };
}
