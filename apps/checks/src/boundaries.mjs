// Checks who imports whom. Exit code 1 with one line for each import that crosses a boundary.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importProblem, importRings } from './import-rules.mjs';
import { bundledElsewhere, packageOrder, testPackage } from './package-order.mjs';
import { importsUnder } from './source-imports.mjs';

/** @import { Allowed } from './package-order.mjs' */

const root = join(import.meta.dirname, '../../..');
/** @type {Record<string, Allowed>} */
const order = packageOrder;
/** @type {string[]} */
const problems = [];

/** @param {string} folder */
async function checkFolder(folder) {
  const name = folder.split('/').at(-1) ?? '';
  const isApp = folder.startsWith('apps/');
  const allowed = order[name] ?? { halftone: [], outside: [] };
  if (!isApp && name !== testPackage && !order[name]) problems.push(`${folder} has no line in apps/checks/src/package-order.mjs`);
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const declared = { run: new Set(installed), test: new Set([...installed, ...Object.keys(manifest.devDependencies ?? {})]) };
  const imports = await importsUnder(join(root, folder), root);
  for (const found of imports) {
    const isTest = !found.file.startsWith(`${folder}/src/`) || /\.test(-d)?\.ts$/.test(found.file);
    if (found.file.startsWith(bundledElsewhere) && !/^(\.|@tensorflow\/[^/]+\/.|@halftone\/[^/]+\/)/.test(found.from)) continue;
    const isFree = isApp || name === testPackage;
    const importer = { folder, isTest, isFree, allowed, declared: isTest || isFree ? declared.test : declared.run };
    const problem = importProblem(found, importer);
    if (problem) problems.push(`${found.file}:${found.line} imports ${found.from}: it ${problem}.`);
  }
  for (const ring of importRings(imports)) problems.push(`a ring of imports: ${[...ring, ring[0]].join(' → ')}.`);
}

for (const group of ['packages', 'apps']) {
  const entries = await readdir(join(root, group), { withFileTypes: true });
  for (const name of entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted())
    await checkFolder(`${group}/${name}`);
}
for (const problem of problems) console.log(`[checks] ${problem}`);
if (problems.length > 0) process.exitCode = 1;
