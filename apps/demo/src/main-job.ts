import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DemoArguments } from './arguments.ts';
import { estimate } from './estimate.ts';
import { loss, percent } from './figures.ts';
import { nextCommands } from './next-commands.ts';
import { openFile } from './open-file.ts';
import { judge } from './outcome.ts';
import { makePlan } from './plan.ts';
import { runProgress } from './progress.ts';
import { reportPage } from './report-page.ts';
import { resultJson } from './result-json.ts';
import { runInProcess } from './run-process.ts';
import { runTitle, type FinishedRun } from './run-title.ts';
import type { RunSpec } from './run-spec.ts';
import { findSite } from './site.ts';
import { resultTable } from './table.ts';
import { verdict } from './verdict.ts';

/** Where the demo talks: for people, and for programs. */
export interface Voice {
  /** For people: stdout, or stderr beside `--json`. */
  readonly say: (text: string) => void;
  /** The last line of stdout, with `--json` only. */
  readonly answer: (json: string) => void;
}

/**
 * Does the main job: finds the device, trains, shows.
 *
 * Takes minutes; writes the report and the weights' files below `folder`.
 *
 * @param args - the checked command line
 * @param folder - for what is written, `.cache/demo` of the repository
 * @param command - as the user typed it, for the report
 */
export async function mainJob(args: DemoArguments, folder: string, command: string, voice: Voice): Promise<void> {
  const { plugin, device } = await findSite(args);
  voice.say(device);
  const { specs, steps, source } = makePlan(args, plugin, folder);
  voice.say(`Data: ${source}. ${steps} steps of ${specs[0]?.batch} a run, seed ${args.seed}.`);
  if (args.data !== undefined) voice.say(await estimate(specs));
  const runs: FinishedRun[] = [];
  for (const spec of specs) runs.push(await oneRun(spec));
  const words = verdict(runs);
  const next = nextCommands(args, plugin);
  const width = Math.max(40, ...next.map(({ command }) => command.length));
  voice.say(
    `\n${resultTable(runs)}\n\n${words}\n\nTry next:\n${next.map((line) => `  ${line.command.padEnd(width)} ${line.purpose}`).join('\n')}`,
  );
  const report = resolve(args.report ?? resolve(folder, 'report.html'));
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, reportPage(runs, { deviceLine: device, data: source, verdict: words, next, command, written: new Date() }));
  voice.say(`\nThe curves: ${report}`);
  if (args.open) openFile(report, () => voice.say('No program opens it here: open the file in a browser.'));
  if (args.json) voice.answer(JSON.stringify(resultJson(runs, { plugin, device, verdict: words, data: source, seed: args.seed })));
}

async function oneRun(spec: RunSpec): Promise<FinishedRun> {
  const progress = runProgress(runTitle(spec), spec.steps);
  const result = await runInProcess(spec, progress.message);
  const { finalLoss } = judge(result.losses);
  progress.end(`loss ${loss(finalLoss)}, ${percent(result.accuracy)} right`);
  return { spec, result };
}
