import { join } from 'node:path';
import { backendInfo } from '../backends.ts';
import { startMeasurer } from '../child-process.ts';
import { contestants, type ContestantName } from '../compare-arguments.ts';
import { mebibytes } from '../figures.ts';
import { resultsFolder } from '../folders.ts';
import { describeMachine } from '../machine.ts';
import { models } from '../models/model-table.ts';
import { stepSpec } from '../step-arguments.ts';
import { terminalTable } from '../table.ts';
import { keepResult, voiceOf, writeText } from '../voice.ts';
import { fitArguments, FIT_USAGE, type FitArguments } from './fit-arguments.ts';
import type { FitOrder, FitProbe } from './fit-probe.ts';
import { fitRatios, type FitResult, type FitRow } from './fit-result.ts';
import { fitChart, fitLines, fitTable } from './fit-table.ts';
import { largestThatFits } from './search.ts';

/** Steps of a probe: what the second needs beside the first is held from the third on. */
const STEPS = { counted: 3, real: 2 } as const;
const MOST = 65_536; // examples or blocks

/** `bench fit`: the largest batch and the deepest model that train under a cap of device bytes. */
export async function fitCommand(args: readonly string[]): Promise<void> {
  const wanted = fitArguments(args);
  if (wanted.help) return void process.stdout.write(FIT_USAGE);
  const voice = voiceOf(wanted);
  const rows: FitRow[] = [];
  let device: string | null = null;
  for (const search of wanted.searches)
    for (const contestant of wanted.contestants) {
      const found = await fitRow(wanted, { ...search, contestant });
      device ??= found.device;
      rows.push(found.row);
    }
  const result: FitResult = {
    kind: 'fit',
    budgetBytes: wanted.budget,
    countOnly: wanted.countOnly,
    rows,
    ratios: fitRatios(rows),
    machine: describeMachine(device ?? 'no device', process.versions.node),
  };
  const name = `fit-${mebibytes(wanted.budget).replace(' ', '')}`;
  keepResult(name, result);
  voice.say(terminalTable(fitTable(result)));
  for (const line of fitLines(result)) voice.say(line);
  if (wanted.contestants.includes('float32')) {
    const picture = join(resultsFolder(), `${name}.svg`);
    writeText(picture, `${fitChart(result)}\n`);
    voice.say(`The plot is ${picture}.`);
  }
  voice.answer(result);
}

interface Contest {
  readonly model: FitRow['model'];
  readonly dimension: FitRow['dimension'];
  readonly contestant: ContestantName;
}

/** Searches by counting, then trains what was found. */
async function fitRow(wanted: FitArguments, contest: Contest): Promise<{ readonly row: FitRow; readonly device: string | null }> {
  const { model, dimension, contestant } = contest;
  const order = (size: number, countOnly: boolean): FitOrder => orderOf(wanted, contest, { size, countOnly });
  const max = largestSize(contest, order(1, true).spec.options.size);
  const { best, next, probes } = await largestThatFits(
    async (size) => {
      const probe = await askProbe(contest, order(size, true));
      process.stderr.write(`${model} ${contestant}, ${dimension} ${size}: ${probe.fits ? mebibytes(probe.peakBytes) : 'does not fit'}\n`);
      return probe;
    },
    { budget: wanted.budget, max },
  );
  const trained = best === null || wanted.countOnly ? null : await askProbe(contest, order(best.size, false));
  if (trained !== null && !trained.fits)
    throw new Error(
      `[bench] what was counted must train for real, got ${model} ${contestant} at ${dimension} ${trained.size}: ${trained.why}. Report it with the command.`,
    );
  const { batch, depth, size } = order(1, true).spec.options;
  const row: FitRow = {
    model,
    dimension,
    contestant,
    largest: best?.size ?? 0,
    batch: dimension === 'batch' ? null : batch,
    depth: dimension === 'depth' ? null : depth,
    size,
    peakBytes: best?.peakBytes ?? null,
    heldBy: order(1, true).spec.maxBytes === undefined ? 'meter' : 'plug-in',
    limit: next === null ? `${max} is as far as this goes.` : `${dimension} ${next.size} does not fit: ${next.why}`,
    losses: trained?.losses ?? null,
    probes: probes.map(({ size: tried, fits, peakBytes }) => ({ size: tried, fits, peakBytes })),
  };
  return { row, device: probes.find((probe) => probe.device !== null)?.device ?? null };
}

/** A U-Net halves its pictures at each level. */
function largestSize({ model, dimension }: Contest, pixels: number): number {
  if (dimension === 'batch' || model !== 'unet') return MOST;
  let levels = 0;
  while (pixels % 2 ** (levels + 1) === 0) levels += 1;
  return levels;
}

function orderOf(
  { budget, batch, size }: FitArguments,
  { model, dimension, contestant }: Contest,
  wish: { readonly size: number; readonly countOnly: boolean },
): FitOrder {
  const sizes = dimension === 'batch' ? { batch: wish.size } : { batch: batch ?? 4 * models[model].defaults.batch, depth: wish.size };
  const spec = stepSpec({ ...contestants[contestant], model, sizes: { ...sizes, size }, countOnly: wish.countOnly });
  const capped = spec.backend === 'halftone-webgpu';
  return { spec: capped ? { ...spec, maxBytes: budget } : spec, budget, dimension, steps: wish.countOnly ? STEPS.counted : STEPS.real };
}

/** One probe in a process of its own. */
async function askProbe({ model, contestant }: Contest, order: FitOrder): Promise<FitProbe> {
  const measurer = await startMeasurer(`${contestant} ${model}`, backendInfo(order.spec.backend).node);
  try {
    const answer = await measurer.ask({ kind: 'fit', order });
    if (answer.kind !== 'fitted') throw new Error(`[bench] fit must be answered by fitted, got ${answer.kind}. Build the bench again.`);
    return answer.probe;
  } finally {
    await measurer.close();
  }
}
