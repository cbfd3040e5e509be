// `npm run examples [-- part of a file name …]`: runs every example of the documentation and compares what it gives with what its comments say.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../setup/src/folders.mjs';
import { requiredNeeds } from '../../setup/src/needs.mjs';
import { documentationExamples } from './documentation.mjs';
import { environmentFor } from './environment.mjs';
import { checkBlocks } from './example-types.mjs';
import { runTool } from './run-tool.mjs';
import { Missing, Verdicts } from './verdicts.mjs';

/** @import { Example } from '@halftone/testing/examples' */
/** @import { Need } from '../../setup/src/needs.mjs' */
/** @import { ExampleOutcome } from './run-examples.mjs' */

const place = join(import.meta.dirname, '..', 'dist', 'examples');
const wishes = process.argv.slice(2);
const verdicts = new Verdicts(requiredNeeds());
const all = (await documentationExamples()).filter(({ where }) => wishes.length === 0 || wishes.some((wish) => where.includes(wish)));
await rm(place, { recursive: true, force: true });
await mkdir(place, { recursive: true });

const typeFaults = await checkBlocks(all, join(place, 'blocks'));
for (const [example, faults] of typeFaults) {
  await verdicts.judge(`types of ${nameOf(example)}`, async () => {
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });
}
let compared = 0;
let notRun = 0;
/** Examples of one file share a process; another file finds a fresh one. */
for (const [file, examples] of groupByFile(all)) await runFile(file, examples);
console.log(`${all.length} examples in the documentation, ${compared} values compared, ${notRun} lines of code in comments not run`);
verdicts.close();

/**
 * @param {string} file
 * @param {readonly Example[]} examples
 */
async function runFile(file, examples) {
  const runnable = examples.filter(({ code }) => !needsVitest(code));
  if (runnable.length === 0) return;
  const needs = needsOf(runnable.map(({ code }) => code).join('\n'));
  const list = join(place, `${file.replaceAll('/', '_')}.json`);
  await writeFile(list, JSON.stringify(runnable));
  /** @type {Promise<readonly ExampleOutcome[]> | undefined} */
  let running;
  for (const [i, example] of runnable.entries()) {
    await verdicts.judge(nameOf(example), async () => {
      running ??= start(list, needs);
      const outcome = (await running)[i];
      if (!outcome) throw new Error('the process ended before it');
      compared += outcome.compared;
      notRun += outcome.commentedOut.length;
      if (outcome.faults.length > 0) throw new Error(outcome.faults.join('\n'));
      if (outcome.statements === 0)
        throw new Missing('code', `all its ${outcome.commentedOut.length} lines stand in comments, so nothing ran`);
      return outcome.commentedOut.length > 0 ? `not run: ${outcome.commentedOut.length} lines` : `${outcome.compared} values`;
    });
  }
}

/**
 * @param {string} list
 * @param {readonly Need[]} needs
 * @returns {Promise<readonly ExampleOutcome[]>}
 */
async function start(list, needs) {
  const env = await environmentFor(needs);
  const output = await runTool(process.execPath, [join(import.meta.dirname, 'run-examples.mjs'), list], { cwd: root, env });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '[]');
}

/**
 * @param {string} code
 * @returns {Need[]}
 */
function needsOf(code) {
  /** @type {Need[]} */
  const needs = [];
  if (/useWebGPU|registerWebGPU|dawn\(|GpuMeter/.test(code)) needs.push('vulkan');
  if (/useNode|registerNode|loadLibrary|diagnose\(|tfjs-node'/.test(code)) needs.push('tensorflow');
  return needs;
}

/** @param {string} code */
function needsVitest(code) {
  return /\bdescribe|\bexpect\(/.test(code);
}

/** @param {Example} example */
function nameOf({ where, line }) {
  return `${where}:${line}`;
}

/**
 * @param {readonly Example[]} examples
 * @returns {Map<string, Example[]>}
 */
function groupByFile(examples) {
  /** @type {Map<string, Example[]>} */
  const groups = new Map();
  for (const example of examples) groups.set(example.where, [...(groups.get(example.where) ?? []), example]);
  return groups;
}
