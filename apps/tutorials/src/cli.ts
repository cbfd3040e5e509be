import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, USAGE, type TutorialArguments } from './node/arguments.ts';
import { findingText } from './node/finding-table.ts';
import { chooseData } from './node/node-data.ts';
import { runInNode } from './node/node-lesson.ts';
import { choosePlugin } from './node/node-plugins.ts';
import { progressLine } from './node/progress-line.ts';
import { outcomeJson } from './outcome-json.ts';
import { tutorialPages } from './markdown/tutorial-pages.ts';
import { loadProgram, programNames } from './program-names.ts';

const ROOT = join(import.meta.dirname, '../../..'); // of the repository, seen from dist/

// `npm run tutorials -- NAME [options]`. Exit code 1 where a claim does not hold.

try {
  process.exitCode = (await command(parseArguments(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit(); // Dawn's threads would keep the process

/** @returns whether all is well */
async function command(args: TutorialArguments): Promise<boolean> {
  if (args.help) return say(USAGE);
  if (args.writePages || args.checkPages) return pages(args.writePages);
  if (args.name === undefined) return say(`${USAGE}\nTutorials: ${programNames().join(', ')}\n`);
  return runOne(args, args.name);
}

async function runOne(args: TutorialArguments, name: string): Promise<boolean> {
  const { length, seed } = args;
  const program = await loadProgram(name);
  const plugin = await choosePlugin(program, args.plugin);
  const data = chooseData(args.data, length);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('[tutorials] stopped by Ctrl-C.')));
  const line = progressLine();
  process.stderr.write(`${program.title}\n`);
  const outcome = await runInNode(program, { plugin, data, length, seed, signal: interrupt.signal, progress: line.report }).finally(
    line.end,
  );
  const { finding, device, source, seconds } = outcome;
  const people = args.json ? process.stderr : process.stdout;
  people.write(`${findingText(finding)}\n${[device, source, `${seconds.toFixed(1)} s`].filter((part) => part !== '').join('; ')}\n`);
  if (args.picture !== undefined) {
    const { picturesSvg } = await import('./picture/picture-svg.ts');
    writeFileSync(args.picture, `${picturesSvg(finding.pictures)}\n`);
  }
  if (args.json) process.stdout.write(`${JSON.stringify(outcomeJson(outcome, { name, length, seed }))}\n`);
  return finding.claims.every(({ holds }) => holds);
}

function pages(write: boolean): boolean {
  const stale = tutorialPages(ROOT, { write }).filter(({ isFresh }) => !isFresh);
  for (const { file } of stale)
    say(write ? `written: ${file}\n` : `${file} shows another program or finding. Run npm run tutorials -- --write-pages.\n`);
  return write || stale.length === 0;
}

function say(text: string): true {
  process.stdout.write(text);
  return true;
}
