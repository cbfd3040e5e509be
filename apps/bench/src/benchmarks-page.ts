import { compareTable } from './compare-table.ts';
import { kernelTable, type KernelsResult } from './kernels/kernel-table.ts';
import type { Machine } from './machine.ts';
import type { RaceResult } from './race.ts';
import { stepTable } from './step-table.ts';
import type { StepResult } from './step-result.ts';
import { lawLine, sweepCharts, sweepTable, type SweepResult } from './sweep-command.ts';
import { markdownTable } from './table.ts';

/** A result file of any command. */
export type AnyResult = StepResult | RaceResult | KernelsResult | SweepResult;

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- write\` from the files in \`docs/benchmarks\`; never by hand. Counters (dispatches, bytes bound, peak, readbacks, submits) have no noise and are the same
on every device with the same features; times belong to the machine that is named. A CPU driver tells what is asked of a GPU and nothing about how fast a GPU would be.
Peak is the highest sum of live buffers during a step, pools and staging included, each contestant in a process of its own. Ratios of times are medians of pairs measured in turn.
`;

/**
 * Writes the page of benchmarks.
 *
 * Pure.
 *
 * @param results - in the order of their file names
 * @returns Markdown, with a newline at the end
 */
export function benchmarksPage(results: readonly AnyResult[]): string {
  const races = results.filter((result) => result.kind === 'compare');
  const steps = results.filter((result) => result.kind === 'step');
  const kernels = results.filter((result) => result.kind === 'kernels');
  const sweeps = results.filter((result) => result.kind === 'sweep');
  return [
    INTRODUCTION,
    ...section(
      'Train steps, measured in turn',
      races.length > 0 ? ['![Step time over stock tfjs](benchmarks/compare.svg)', ...races.map(raceText)] : [],
    ),
    ...section('Train steps, one by one', steps.length > 0 ? [stepsText(steps)] : []),
    ...section(
      'Single operations',
      kernels.map((result) => `${markdownTable(kernelTable(result))}\n\n${machineLine(result.machine)}`),
    ),
    ...section('How cost grows', sweeps.map(sweepText)),
  ].join('\n');
}

function section(title: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [`## ${title}\n`, ...texts.map((text) => `${text}\n`)];
}

function raceText(result: RaceResult): string {
  const absent = result.absent.map(({ backend, policy, why }) => `${backend} ${policy} could not run: ${why}`);
  const [first] = result.results;
  return [markdownTable(compareTable(result)), ...(first === undefined ? [] : ['', machineLine(first.machine)]), ...absent].join('\n');
}

function stepsText(steps: readonly StepResult[]): string {
  const machines = [...new Set(steps.map(({ machine }) => machineLine(machine)))];
  return [markdownTable(stepTable(steps)), '', ...machines].join('\n');
}

function sweepText(result: SweepResult): string {
  const pictures = sweepCharts(result).map(([name]) => `![${name}](benchmarks/${name}.svg)`);
  return [
    markdownTable(sweepTable(result)),
    '',
    ...result.laws.map((law) => `- ${lawLine(law)}`),
    '',
    ...pictures,
    '',
    machineLine(result.machine),
  ].join('\n');
}

/** Date, hardware and versions in one line. */
function machineLine({ date, device, cpu, node, platform, versions, commit }: Machine): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date.slice(0, 10)}, ${device}, on ${cpu}; ${platform}, Node ${node}; ${packages.join(', ')}; commit ${commit}.`;
}
