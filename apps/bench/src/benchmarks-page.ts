import { compareTable } from './compare-table.ts';
import { kernelTable, type KernelsResult } from './kernels/kernel-table.ts';
import type { Machine } from './machine.ts';
import type { RaceResult } from './race.ts';
import { isTensorflow, stepTable } from './step-table.ts';
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

const INSIDE = `Ours is the Node plug-in; stock is tfjs-node on the same library. Both are counted below the plug-in: ops that TensorFlow ran, casts among them, bytes that go in and out of ops,
and the highest sum of the bytes of live handles, without what an op allocates inside. **A CPU library tells nothing of a GPU**: its half kernels are slower than its float32 ones, and the plug-in
leaves in float32 what they would sum in half. Look at the counters.
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
  const [races, racesInside] = parted(
    results.filter((result) => result.kind === 'compare'),
    isRaceInside,
  );
  const [steps, stepsInside] = parted(
    results.filter((result) => result.kind === 'step'),
    isTensorflow,
  );
  const [kernels, kernelsInside] = parted(
    results.filter((result) => result.kind === 'kernels'),
    ({ counted }) => counted === 'ops',
  );
  const sweeps = results.filter((result) => result.kind === 'sweep');
  return [
    INTRODUCTION,
    ...section(
      'Train steps, measured in turn',
      races.length > 0 ? ['![Step time over stock tfjs](benchmarks/compare.svg)', ...races.map(raceText)] : [],
    ),
    ...section('Train steps, one by one', steps.length > 0 ? [stepsText(steps)] : []),
    ...section('Single operations', kernels.map(kernelsText)),
    ...section('How cost grows', sweeps.map(sweepText)),
    ...section('Inside TensorFlow', insideTexts(racesInside, stepsInside, kernelsInside)),
  ].join('\n');
}

function section(title: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [`## ${title}\n`, ...texts.map((text) => `${text}\n`)];
}

function insideTexts(races: readonly RaceResult[], steps: readonly StepResult[], kernels: readonly KernelsResult[]): readonly string[] {
  const texts = [
    ...(races.length > 0 ? ['![Step time over stock tfjs-node](benchmarks/compare-tensorflow.svg)', ...races.map(raceText)] : []),
    ...(steps.length > 0 ? [stepsText(steps)] : []),
    ...kernels.map(kernelsText),
  ];
  return texts.length > 0 ? [INSIDE.trimEnd(), ...texts] : [];
}

/** Whether a race was between programs on TensorFlow. */
export function isRaceInside({ results: [stock] }: RaceResult): boolean {
  return stock !== undefined && isTensorflow(stock);
}

function parted<T>(list: readonly T[], isSecond: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [list.filter((item) => !isSecond(item)), list.filter(isSecond)];
}

function kernelsText(result: KernelsResult): string {
  return `${markdownTable(kernelTable(result))}\n\n${machineLine(result.machine)}`;
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
