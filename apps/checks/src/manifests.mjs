// Checks that all packages are described alike. Exit code 1 with one line for each fault.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestProblems, packageRings, unnamedExports } from './manifest-rules.mjs';

const root = join(import.meta.dirname, '../../..');
const longestReadme = 120;
/** @type {string[]} */
const problems = [];
/** @type {Record<string, any>[]} */
const manifests = [];
for (const folder of (await readdir(join(root, 'packages'))).toSorted()) {
  const text = await readFile(join(root, 'packages', folder, 'package.json'), 'utf8');
  manifests.push(JSON.parse(text));
  problems.push(...manifestProblems(manifests.at(-1) ?? {}, folder).map((line) => `packages/${folder}/package.json: ${line}.`));
  const readme = await readFile(join(root, 'packages', folder, 'README.md'), 'utf8').catch(() => undefined);
  if (readme === undefined) problems.push(`packages/${folder} has no README.md.`);
  else if (readme.split('\n').length > longestReadme) problems.push(`packages/${folder}/README.md is longer than ${longestReadme} lines.`);
  const index = await readFile(join(root, 'packages', folder, 'src', 'index.ts'), 'utf8').catch(() => ''); // the package of sub-paths has none
  const unnamed = unnamedExports(readme ?? '', index);
  if (unnamed.length > 0) problems.push(`packages/${folder}/README.md does not name what the package exports: ${unnamed.join(', ')}.`);
}
for (const ring of packageRings(manifests)) {
  problems.push(
    `a ring of packages, which cannot be built: ${[...ring, ring[0]].join(' → ')}. Tests of two packages belong to the lower one.`,
  );
}
for (const problem of problems) console.log(`[checks] ${problem}`);
if (problems.length > 0) process.exitCode = 1;
