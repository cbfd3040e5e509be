import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type ConformanceOptions, parseOptions } from './options.ts';
import { type FlakyList, listFile, type ModeList, MOST_FLAKY, readList, type StockList, writeList, yardstickOf } from './result-lists.ts';
import { reasonFor, reasons, UNEXPLAINED } from './reasons.ts';
import { type Places, type RunResult, runSpecs } from './run-specs.ts';
import { closingLine, findFlaky, judge, type Verdict } from './verdict.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs tfjs-core's own specs against a plug-in and holds the outcome against stock tfjs.
 *
 * @param args - the command line, see `usage`
 * @returns the exit code: 0 when no spec fails that stock passes, but for those listed with a reason; 1 when one does; 2 when nothing could be run
 */
export async function main(args: readonly string[], places: Places): Promise<number> {
  try {
    const options = parseOptions(args, Date.now());
    return await (options.stock ? runYardstick(options, places) : runPlugin(options, places));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

async function runPlugin(options: ConformanceOptions, places: Places): Promise<number> {
  const folder = join(places.root, 'conformance');
  const stock = readList<StockList>(folder, listFile.stock(options));
  if (stock === undefined) {
    say(`[testing] ${listFile.stock(options)} must exist to compare with, got none. Make it with --stock --runs 3 --update.`);
    return 2;
  }
  const list = readList<ModeList>(folder, listFile.mode(options));
  const result = await runSpecs(options, places);
  if (stock.device !== result.device && options.plugin !== 'emulate')
    say(`note: the yardstick was made on ${stock.device}, this is ${result.device}`);
  const flaky = readList<FlakyList>(folder, listFile.flaky())?.[yardstickOf(options)] ?? {};
  const allowed = { stock: stock.failures, flaky };
  const verdict = judge(result, { ...allowed, accepted: list?.accepted ?? {} });
  if (!options.update) return report(options, result, verdict);
  const fresh = updated(options, result, verdict, list);
  writeList(folder, listFile.mode(options), fresh);
  return report(options, result, judge(result, { ...allowed, accepted: fresh.accepted }));
}

async function runYardstick(options: ConformanceOptions, places: Places): Promise<number> {
  const folder = join(places.root, 'conformance');
  const backend = yardstickOf(options);
  const runs: RunResult[] = [];
  for (let i = 0; i < options.runs; i++) {
    const run = await runSpecs(options, places);
    say(`run ${i + 1} of ${options.runs}: ${run.passed.length} passed, ${Object.keys(run.failures).length} failing, ${run.seconds} s`);
    runs.push(run);
  }
  const first = runs[0] as RunResult;
  const old = readList<FlakyList>(folder, listFile.flaky()) ?? {};
  const flaky = { ...findFlaky(runs), ...old[backend] };
  if (Object.keys(flaky).length > MOST_FLAKY) {
    say(
      `[testing] at most ${MOST_FLAKY} specs may differ between runs of stock ${backend}, got ${Object.keys(flaky).length}: ${Object.keys(flaky).join('; ')}. Find out why.`,
    );
    return 1;
  }
  const failures = Object.fromEntries(Object.entries(first.failures).filter(([name]) => !Object.hasOwn(flaky, name)));
  if (options.update) {
    const tfjs = (createRequire(join(places.root, 'package.json'))('@tensorflow/tfjs-core/package.json') as { version: string }).version;
    const counts = { passed: first.passed.length, failed: Object.keys(first.failures).length, skipped: first.pending };
    writeList(folder, listFile.stock(options), {
      backend: first.backend,
      device: first.device,
      tfjs,
      runs: runs.length,
      ...counts,
      failures,
    });
    writeList(folder, listFile.flaky(), { ...old, [backend]: flaky });
  }
  const committed = readList<StockList>(folder, listFile.stock(options))?.failures ?? {};
  return report(options, first, judge(first, { stock: committed, accepted: {}, flaky }));
}

function report(options: ConformanceOptions, result: RunResult, verdict: Verdict): number {
  for (const [name, message] of Object.entries(verdict.newFailures)) say(`NEW FAILURE ${name}: ${message}`);
  for (const name of verdict.newlyPassing) say(`passes now, take it off the list: ${name}`);
  for (const name of verdict.unexplained) say(`needs a reason: ${name}`);
  const { asInStock, accepted, flaky, pending, betterThanStock } = verdict;
  say(
    `${result.backend} on ${result.device}, ${result.seconds} s; skipped are ${asInStock.length} that fail in stock too, ${accepted.length} accepted by name, ${flaky.length} flaky, ${pending} left out by tfjs; ${betterThanStock.length} that fail in stock pass here`,
  );
  if (options.json) {
    const { mode, plugin, fusion, stock, quarter = null } = options;
    const failed = Object.keys(verdict.newFailures).length;
    const skipped = pending + asInStock.length + accepted.length + flaky.length;
    const facts = {
      mode,
      plugin,
      ...(plugin === 'webgpu' && !stock ? { fusion } : {}),
      stock,
      quarter,
      backend: result.backend,
      device: result.device,
      seconds: result.seconds,
      passed: verdict.passed,
      failed,
      skipped,
    };
    say(closingLine(verdict));
    process.stdout.write(
      `${JSON.stringify({ ...facts, newFailures: verdict.newFailures, newlyPassing: verdict.newlyPassing, unexplained: verdict.unexplained, asInStock: asInStock.length, accepted: accepted.length, flaky: flaky.length, betterThanStock: betterThanStock.length })}\n`,
    );
  } else process.stdout.write(`${closingLine(verdict)}\n`);
  const nothingRan = verdict.passed === 0;
  if (nothingRan) say('[testing] one spec or more must pass, got none. Check --filter and the set-up.');
  return Object.keys(verdict.newFailures).length + verdict.unexplained.length > 0 || nothingRan ? 1 : 0;
}

function updated(options: ConformanceOptions, result: RunResult, verdict: Verdict, list: ModeList | undefined): ModeList {
  const names = [...verdict.accepted, ...Object.keys(verdict.newFailures)];
  const accepted = names.map((name) => {
    const message = result.failures[name] ?? '';
    const written = list?.accepted[name]?.reason;
    const known = written === undefined || written === UNEXPLAINED || Object.hasOwn(reasons, written);
    return [name, { reason: known ? reasonFor(name, message, options.mode) : written, message }];
  });
  return {
    backend: result.backend,
    device: result.device,
    mode: options.mode,
    passed: result.passed.length,
    failed: Object.keys(result.failures).length,
    skipped: result.pending,
    reasons,
    accepted: Object.fromEntries(accepted) as ModeList['accepted'],
  };
}
