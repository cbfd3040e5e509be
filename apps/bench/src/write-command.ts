import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionLines, readOptions, type OptionTable } from './arguments.ts';
import { barChart } from './chart.ts';
import { repositoryRoot, resultsFolder } from './folders.ts';
import { benchmarksPage, isRaceInside, type AnyResult } from './benchmarks-page.ts';
import type { RaceResult } from './race.ts';
import { sweepCharts } from './sweep-command.ts';
import { writeText } from './voice.ts';

const OPTIONS = {
  check: { type: 'boolean', says: 'writes nothing; exit code 1 if the page is not what its results say' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

const USAGE = `Takes the results that other commands left in the cache into docs/benchmarks, and writes docs/benchmarks.md from all that is there.

npm run bench -- write [options]

${optionLines(OPTIONS)}
`;

/** `bench write`: the page of benchmarks, from results and by nobody's hand. */
export async function writeCommand(args: readonly string[]): Promise<void> {
  const typed = readOptions('write', args, OPTIONS);
  if (typed.help === true) return void process.stdout.write(USAGE);
  const root = repositoryRoot();
  if (root === undefined)
    throw new Error('[bench] write needs the repository, got a bundle. Bring the results folder there and run it there.');
  const kept = join(root, 'docs', 'benchmarks');
  const page = join(root, 'docs', 'benchmarks.md');
  if (typed.check !== true) takeResults(resultsFolder(), kept);
  const results = readResults(kept);
  const text = benchmarksPage(results);
  if (typed.check === true) {
    const isSame = existsSync(page) && readFileSync(page, 'utf8') === text;
    process.stdout.write(
      isSame
        ? 'docs/benchmarks.md is what its results say\n'
        : 'docs/benchmarks.md differs from its results. Run: npm run bench -- write\n',
    );
    if (!isSame) process.exitCode = 1;
    return;
  }
  for (const [name, svg] of charts(results)) writeText(join(kept, `${name}.svg`), `${svg}\n`);
  writeText(page, text);
  process.stdout.write(`docs/benchmarks.md: ${results.length} results\n`);
}

/** Newer results replace those of the same name. */
function takeResults(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const names = existsSync(from) ? readdirSync(from).filter((name) => name.endsWith('.json')) : [];
  for (const name of names) cpSync(join(from, name), join(to, name));
}

function readResults(folder: string): readonly AnyResult[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as AnyResult);
}

/** Every plot of the page by file name. */
function charts(results: readonly AnyResult[]): readonly (readonly [string, string])[] {
  const races = results.filter((result) => result.kind === 'compare');
  return [
    ...raceChart(
      'compare',
      'tfjs',
      races.filter((race) => !isRaceInside(race)),
    ),
    ...raceChart('compare-tensorflow', 'tfjs-node', races.filter(isRaceInside)),
    ...results.filter((result) => result.kind === 'sweep').flatMap(sweepCharts),
  ];
}

function raceChart(file: string, stock: string, races: readonly RaceResult[]): readonly (readonly [string, string])[] {
  const bars = races.flatMap(({ model, ratios }) =>
    ratios.map(({ backend, policy, time }) => ({
      group: model,
      name: `${backend} ${policy}`,
      value: time.median,
      low: time.p10,
      high: time.p90,
    })),
  );
  if (bars.length === 0) return [];
  return [
    [file, barChart(bars, { title: `Step time over stock ${stock}`, xLabel: 'model', yLabel: `step time / stock ${stock} float32` })],
  ];
}
