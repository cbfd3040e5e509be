import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions, type OptionTable } from './arguments.ts';
import { budgetVerdicts, nextBounds, ratioVerdict, stepKey, timeVerdict, type Measured, type Verdict } from './budget-verdicts.ts';
import { budgets, ratioBudgets, timeBudget, type Bounds } from './budgets.ts';
import { CHILD } from './child-process.ts';
import { serveOrders } from './child.ts';
import { contestants } from './compare-arguments.ts';
import { repositoryRoot } from './folders.ts';
import { measureStep } from './measurement.ts';
import { race } from './race.ts';
import { stepSpec } from './step-arguments.ts';
import { stockCounters } from './stock-counters.ts';
import { writeText } from './voice.ts';

const OPTIONS = {
  'no-time': { type: 'boolean', says: 'counters only' },
  lower: { type: 'boolean', says: 'remembers counters that fell' },
  raise: { type: 'boolean', says: 'remembers the counters as they are; say why in the commit' },
} as const satisfies OptionTable;

if (process.argv[2] === CHILD) serveOrders();
else void suite(process.argv.slice(2));

/** `node apps/bench/dist/budgets.mjs`: every budget, counted without computing; then wall time. The last line is the sum. */
async function suite(args: readonly string[]): Promise<void> {
  const typed = readOptions('budgets', args, OPTIONS);
  const memory = join(repositoryRoot() ?? '.', 'apps/bench/budgets-now.json');
  const remembered = existsSync(memory) ? (JSON.parse(readFileSync(memory, 'utf8')) as Record<string, Bounds>) : {};
  const measured = new Map<string, Measured>(Object.entries(stockCounters).map(([model, counters]) => [stepKey(model, 'stock'), counters]));
  const verdicts: Verdict[] = [];
  const tell = (all: readonly Verdict[]): void => {
    verdicts.push(...all);
    for (const { line } of all) console.log(line);
  };
  const next: Record<string, Bounds> = {};
  for (const budget of budgets) {
    const key = stepKey(budget.model, budget.policy);
    const counters = await counted(budget).catch((error: unknown) => String(error instanceof Error ? error.message : error));
    if (typeof counters === 'string') {
      tell([{ passed: false, line: `FAILED: ${key} could not be counted: ${counters}` }]);
      continue;
    }
    measured.set(key, counters);
    next[key] = nextBounds(counters, remembered[key], { allow: typed.raise === true ? 'raise' : 'lower' });
    tell(budgetVerdicts(budget, counters, remembered[key]));
  }
  tell(ratioBudgets.map((ratio) => ratioVerdict(ratio, measured)));
  if (typed['no-time'] !== true) for (const model of timeBudget.models) tell([await timed(model)]);
  if (typed.lower === true || typed.raise === true) writeText(memory, `${JSON.stringify({ ...remembered, ...next }, null, 2)}\n`);
  const failed = verdicts.filter(({ passed }) => !passed).length;
  console.log(`${verdicts.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** What a step asks of the GPU does not depend on what it computes, so nothing is computed. */
async function counted({ model, policy }: (typeof budgets)[number]): Promise<Measured> {
  const isLarge = model === 'resnet50' || model === 'mobilenetv2';
  const spec = stepSpec({ model, backend: 'halftone-webgpu', policy, countOnly: true, warmUp: isLarge ? 3 : 6 });
  const { dispatches, storageBytesBound, peakBytes, readbacks, pipelinesAfterWarmup } = await measureStep(spec, 1);
  return {
    dispatches: dispatches ?? NaN,
    storageBytesBound: storageBytesBound ?? NaN,
    peakBytes: peakBytes ?? NaN,
    readbacks: readbacks ?? NaN,
    pipelinesAfterWarmup: pipelinesAfterWarmup ?? NaN,
  };
}

/** Noise can make a good ratio bad and not the other way round, so the first good attempt ends it. */
async function timed(model: (typeof timeBudget.models)[number]): Promise<Verdict> {
  const medians: number[] = [];
  while (medians.length < timeBudget.attempts && !medians.some((median) => median <= timeBudget.must)) {
    const specs = [contestants.stock, contestants.mixed_float16].map((contestant) => stepSpec({ ...contestant, model }));
    const { ratios } = await race(specs, { pairs: timeBudget.pairs, steps: 1 });
    medians.push(ratios[0]?.time.median ?? Number.NaN);
  }
  return timeVerdict(model, medians, timeBudget.must);
}
