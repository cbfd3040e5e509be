import { join } from 'node:path';
import { listOf, oneOf, optionLines, readOptions, type OptionTable } from './arguments.ts';
import { lineChart } from './chart.ts';
import { contestants, type ContestantName } from './compare-arguments.ts';
import { mebibytes, milliseconds, whole } from './figures.ts';
import { resultsFolder } from './folders.ts';
import type { Machine } from './machine.ts';
import { measureStep } from './measurement.ts';
import { models, type ModelName } from './models/model-table.ts';
import { stepSpec } from './step-arguments.ts';
import { sweepLaws, type SweepLaw, type SweepPoint } from './sweep.ts';
import { terminalTable, type TextTable } from './table.ts';
import { keepResult, voiceOf, writeText } from './voice.ts';

const BATCHES = ['2', '4', '8', '16', '32'];
const DEPTHS = ['1', '2', '4', '8'];
const FAMILIES: readonly ModelName[] = (Object.keys(models) as ModelName[]).filter((name) => models[name].defaults.depth > 0);

const OPTIONS = {
  model: { type: 'string', value: 'M', says: `a model of repeated blocks: ${FAMILIES.join(', ')} (default: transformer)` },
  with: { type: 'string', value: 'C', says: `one of ${Object.keys(contestants).join(', ')} (default: mixed_float16)` },
  batches: { type: 'string', value: 'LIST', says: `some of ${BATCHES.join(',')} (default: all)` },
  depths: { type: 'string', value: 'LIST', says: `some of ${DEPTHS.join(',')} (default: all)` },
  json: { type: 'boolean', says: 'prints one JSON object as the last line of stdout; all else goes to stderr' },
  out: { type: 'string', value: 'FILE', says: 'writes that JSON to a file too' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

const USAGE = `Counts one model over batch sizes and depths, without computing, and checks that cost grows as the work grows.

npm run bench -- sweep [options]

${optionLines(OPTIONS)}
`;

/** What `sweep` found. */
export interface SweepResult {
  readonly kind: 'sweep';
  readonly model: string;
  readonly contestant: string;
  readonly points: readonly SweepPoint[];
  readonly laws: readonly SweepLaw[];
  readonly machine: Machine;
}

/** `bench sweep`: is cost linear in the work. Exit code 1 where a law does not hold. */
export async function sweepCommand(args: readonly string[]): Promise<void> {
  const typed = readOptions('sweep', args, OPTIONS);
  if (typed.help === true) return void process.stdout.write(USAGE);
  const voice = voiceOf({ json: typed.json ?? false, out: typed.out });
  const model = oneOf('model', typed.model ?? 'transformer', FAMILIES);
  const contestant = oneOf('with', typed.with ?? 'mixed_float16', Object.keys(contestants) as ContestantName[]);
  const batches = listOf('batches', typed.batches ?? BATCHES.join(), BATCHES).map(Number);
  const depths = listOf('depths', typed.depths ?? DEPTHS.join(), DEPTHS).map(Number);
  const points: SweepPoint[] = [];
  let machine: Machine | undefined;
  for (const depth of depths)
    for (const batch of batches) {
      const spec = stepSpec({ ...contestants[contestant], model, sizes: { batch, depth }, countOnly: true });
      const result = await measureStep(spec, 20);
      const { dispatches, hostMs, peakBytes } = result;
      points.push({ batch, depth, dispatches: dispatches ?? 0, hostMs: hostMs.p10, peakBytes: peakBytes ?? 0 });
      machine = result.machine;
      process.stderr.write(`batch ${batch}, depth ${depth}: ${dispatches} dispatches\n`);
    }
  if (machine === undefined) return;
  const result: SweepResult = { kind: 'sweep', model, contestant, points, laws: sweepLaws(points), machine };
  keepResult(`sweep-${model}-${contestant}`, result);
  for (const [name, svg] of sweepCharts(result)) writeText(join(resultsFolder(), `${name}.svg`), svg);
  voice.say(terminalTable(sweepTable(result)));
  for (const law of result.laws) voice.say(lawLine(law));
  voice.say(`Plots are in ${resultsFolder()}.`);
  voice.answer(result);
  if (!result.laws.every(({ holds }) => holds)) process.exitCode = 1;
}

/** One line for people about a law. Pure. */
export function lawLine({ name, fit, least, holds }: SweepLaw): string {
  return `${holds ? 'holds' : 'DOES NOT HOLD'}: ${name}, R² ${fit.r2.toFixed(4)} where ${least} is asked for.`;
}

/** The points as rows. Pure. */
export function sweepTable({ model, contestant, points }: SweepResult): TextTable {
  return {
    head: [`${model}, ${contestant}`, 'batch', 'dispatches', 'host', 'peak'],
    rows: points.map(({ depth, batch, dispatches, hostMs, peakBytes }) => [
      `depth ${depth}`,
      whole(batch),
      whole(dispatches),
      milliseconds(hostMs),
      mebibytes(peakBytes),
    ]),
  };
}

/** The three plots of a sweep by file name. Pure. */
export function sweepCharts({ model, contestant, points }: SweepResult): readonly (readonly [string, string])[] {
  const unique = (values: readonly number[]): number[] => [...new Set(values)];
  const batches = unique(points.map(({ batch }) => batch));
  const depths = unique(points.map(({ depth }) => depth));
  const title = `${model}, ${contestant}`;
  const byDepth = batches.map((batch) => ({
    name: `batch ${batch}`,
    points: points.filter((point) => point.batch === batch).map(({ depth, dispatches }) => ({ x: depth, y: dispatches })),
  }));
  const byBatch = depths.map((depth) => ({
    name: `depth ${depth}`,
    points: points.filter((point) => point.depth === depth).map(({ batch, peakBytes }) => ({ x: batch, y: peakBytes / 2 ** 20 })),
  }));
  const hosts = [...points].sort((a, b) => a.dispatches - b.dispatches).map(({ dispatches, hostMs }) => ({ x: dispatches, y: hostMs }));
  return [
    [`sweep-${model}-${contestant}-dispatches`, lineChart(byDepth.slice(0, 1), { title, xLabel: 'depth', yLabel: 'dispatches of a step' })],
    [
      `sweep-${model}-${contestant}-host`,
      lineChart([{ name: 'host', points: hosts }], { title, xLabel: 'dispatches', yLabel: 'host milliseconds of a step' }),
    ],
    [`sweep-${model}-${contestant}-peak`, lineChart(byBatch, { title, xLabel: 'batch', yLabel: 'peak MiB' })],
  ];
}
