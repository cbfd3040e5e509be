import { optionLines, readOptions, wholeNumber, type OptionTable } from './arguments.ts';
import { startMeasurer, type Measurer } from './child-process.ts';
import { contestantsOf, ourBackend, type OurBackend } from './compare-arguments.ts';
import { kernelTable, type KernelRow, type KernelsResult } from './kernels/kernel-table.ts';
import { kernelCases, type KernelCase } from './kernels/kernel-case.ts';
import type { KernelResult } from './kernels/kernel-result.ts';
import { describeMachine } from './machine.ts';
import { pairedRatio, spreadOf } from './statistics.ts';
import { terminalTable } from './table.ts';
import { keepResult, voiceOf } from './voice.ts';

const OPTIONS = {
  only: { type: 'string', value: 'TEXT', says: 'cases whose name holds this' },
  large: { type: 'boolean', says: 'the shapes of a real GPU too' },
  backend: { type: 'string', value: 'B', says: 'halftone-webgpu, or halftone-node against tfjs-node (default: halftone-webgpu)' },
  pairs: { type: 'string', value: 'N', says: 'rounds in which each contestant has its turn (default: 9)' },
  json: { type: 'boolean', says: 'prints one JSON object as the last line of stdout; all else goes to stderr' },
  out: { type: 'string', value: 'FILE', says: 'writes that JSON to a file too' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

const USAGE = `Times single operations on stock tfjs, ours in float32 and ours in mixed_float16, in turn.

npm run bench -- kernels [options]

${optionLines(OPTIONS)}
`;

const NAMES = ['stock', 'float32', 'mixed_float16'] as const;

/** `bench kernels`: matmul, convolution, norm, softmax and optimizer over shapes. */
export async function kernelsCommand(args: readonly string[]): Promise<void> {
  const typed = readOptions('kernels', args, OPTIONS);
  if (typed.help === true) return void process.stdout.write(USAGE);
  const voice = voiceOf({ json: typed.json ?? false, out: typed.out });
  const pairs = wholeNumber('pairs', typed.pairs) ?? 9;
  const cases = kernelCases({ large: typed.large ?? false }).filter(({ name }) => name.includes(typed.only ?? ''));
  if (cases.length === 0)
    throw new RangeError(`[bench] --only must be part of a case's name, got ${typed.only}. Leave it out to see them all.`);
  const backend = ourBackend(typed.backend);
  const result = await timeCases(cases, pairs, backend);
  keepResult(backend === 'halftone-node' ? 'kernels-halftone-node' : 'kernels', result);
  voice.say(terminalTable(kernelTable(result)));
  voice.answer(result);
}

async function timeCases(cases: readonly KernelCase[], pairs: number, backend: OurBackend): Promise<KernelsResult> {
  const running: Measurer[] = [];
  try {
    let device = '';
    for (const name of NAMES) {
      const contestant = contestantsOf[backend][name];
      if (contestant === undefined) continue;
      const measurer = await startMeasurer(`kernels ${name}`, 20);
      running.push(measurer);
      const answer = await measurer.ask({ kind: 'open-kernels', spec: { ...contestant, cases: cases.map((one) => one.name) } });
      if (answer.kind === 'opened') device = answer.device;
    }
    const rows: KernelRow[] = [];
    for (const [index, one] of cases.entries()) rows.push(rowOf(one, await samplesOf(running, index, pairs)));
    const counted = backend === 'halftone-node' ? 'ops' : 'dispatches';
    return { kind: 'kernels', pairs, counted, contestants: NAMES, rows, machine: describeMachine(device, process.versions.node) };
  } finally {
    for (const measurer of running) await measurer.close();
  }
}

async function samplesOf(running: readonly Measurer[], index: number, pairs: number): Promise<readonly (readonly KernelResult[])[]> {
  const samples: KernelResult[][] = running.map(() => []);
  for (let round = -1; round < pairs; round += 1)
    for (const [i, measurer] of running.entries()) {
      const answer = await measurer.ask({ kind: 'time-kernel', index });
      if (answer.kind === 'kernel' && round >= 0) samples[i]?.push(answer.result); // the first round warms up
    }
  return samples;
}

function rowOf({ name, group, rate, work }: KernelCase, samples: readonly (readonly KernelResult[])[]): KernelRow {
  const times = samples.map((own) => own.flatMap(({ ms }) => ms));
  return {
    name,
    group,
    rate,
    work,
    ms: times.map(spreadOf),
    dispatches: samples.map((own) => own.at(-1)?.dispatches ?? 0),
    ratios: times.slice(1).map((own) => pairedRatio(own, times[0] ?? [])),
  };
}
