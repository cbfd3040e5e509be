// `npm run consumers [-- part of a name …] [-- --update]`: packs every package, installs it by npm and by pnpm into empty folders beside stock tfjs, and uses it there.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inCache } from '../../setup/src/folders.mjs';
import { requiredNeeds } from '../../setup/src/needs.mjs';
import { placeTensorflow } from '../../setup/src/tensorflow-addon.mjs';
import { cases, clashes } from './cases.mjs';
import { placeClash } from './clash.mjs';
import { environmentFor } from './environment.mjs';
import { install } from './install.mjs';
import { broughtAlong, installedPackages } from './installed.mjs';
import { checkTypes, placePrograms } from './programs.mjs';
import { projects } from './projects.mjs';
import { keepResults, resultsOf } from './results.mjs';
import { runPage } from './run-page.mjs';
import { runTool } from './run-tool.mjs';
import { packPackages } from './tarballs.mjs';
import { Verdicts } from './verdicts.mjs';

/** @import { Case, Clash } from './cases.mjs' */
/** @import { Installer, Project, ProjectName } from './projects.mjs' */
/** @import { Tarball } from './tarballs.mjs' */

const home = inCache('consumers');
const { values, positionals: wishes } = parseArgs({ allowPositionals: true, options: { update: { type: 'boolean', default: false } } });
const isWished = /** @param {string} name */ (name) => wishes.length === 0 || wishes.some((wish) => name.includes(wish));
const verdicts = new Verdicts(requiredNeeds());
const folderOf = /** @type {(installer: Installer, project: ProjectName) => string} */ (
  (installer, project) => join(home, installer, project)
);

const tarballs = await packPackages(join(home, 'tarballs'));
for (const installer of /** @type {const} */ (['npm', 'pnpm'])) {
  for (const [name, project] of /** @type {[ProjectName, Project][]} */ (Object.entries(projects)))
    await useProject(installer, name, project);
}
for (const clash of clashes) if (isWished(clash.name)) await verdicts.judge(`npm: ${clash.name}`, () => runClash(clash));
if (wishes.length === 0) {
  const names = new Set([...cases, ...clashes].map(({ name }) => name));
  const found = resultsOf(verdicts.list, (name) => names.has(name));
  await verdicts.judge('the results are those in the README', () => keepResults('consumers', found, values));
}
verdicts.close();

/** @type {(installer: Installer, name: ProjectName, project: Project) => Promise<void>} */
async function useProject(installer, name, project) {
  const chosen = cases.filter((one) => one.project === name);
  const names = { nothing: `${installer}: ${name} brings nothing unneeded`, types: `${installer}: types of ${name}` };
  const wished = chosen.filter((one) => isWished(`${installer}: ${one.name}`));
  if (wished.length === 0 && !Object.values(names).some(isWished)) return;
  const folder = folderOf(installer, name);
  await verdicts.judge(`${installer} installs ${name}`, () => installProject(folder, project, installer));
  if (verdicts.list.at(-1)?.ending !== 'passed') return;
  await verdicts.judge(names.nothing, () => checkBrought(folder, project));
  await placePrograms(folder, [...new Set(chosen.map(({ program }) => program))]);
  if (installer === 'npm' || name === 'everything') await verdicts.judge(`${names.types}, nodenext`, () => checkTypes(folder, 'nodenext'));
  if (name === 'everything') await verdicts.judge(`${names.types}, bundler`, () => checkTypes(folder, 'bundler'));
  for (const one of wished) await verdicts.judge(`${installer}: ${one.name}`, () => runCase(folder, one));
}

/** @type {(folder: string, project: Project, installer: Installer) => Promise<void>} */
async function installProject(folder, project, installer) {
  const needs = project.needs ?? [];
  await environmentFor(needs);
  await install(folder, project, { installer, tarballs });
  if (needs.includes('tensorflow')) await placeTensorflow(folder);
}

/** @type {(folder: string, project: Project) => Promise<string>} */
async function checkBrought(folder, { stock, brought }) {
  const installed = await installedPackages(folder);
  const found = broughtAlong(installed, stock);
  const expected = [...brought].toSorted();
  if (found.join() !== expected.join()) throw new Error(`expected ${expected.join(', ')}; got ${found.join(', ')}`);
  return `${found.join(', ')}${stock.length > 0 ? ` beside ${installed.size - found.length} of stock tfjs` : ', and nothing else'}`;
}

/** @type {(folder: string, one: Case) => Promise<string>} */
async function runCase(folder, { program, args = [], needs = [], page = false }) {
  const env = await environmentFor(needs);
  if (page) return runPage(join(folder, 'cases', program, 'main.ts'), env);
  return lastLine(await runTool(process.execPath, [fileOf(program), ...args], { cwd: folder, env }));
}

/** @type {(clash: Clash) => Promise<string>} */
async function runClash(clash) {
  const env = await environmentFor(clash.needs ?? []);
  const source = folderOf('npm', clash.project);
  await install(source, projects[clash.project], { installer: 'npm', tarballs });
  const folder = join(home, 'clash', clash.program);
  try {
    await placeClash(source, folder, clash);
    await placePrograms(folder, [clash.program]);
    return lastLine(await runTool(process.execPath, [fileOf(clash.program), ...(clash.args ?? [])], { cwd: folder, env }));
  } finally {
    await rm(folder, { recursive: true, force: true }); // 230 MB each
  }
}

/** @param {string} program */
function fileOf(program) {
  return join('cases', program, program === 'require' ? 'main.cjs' : 'main.js');
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}
