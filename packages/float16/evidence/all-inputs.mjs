// Tests every float32 bit pattern, all 2^32 of them, in every format and deterministic mode against an independent reference.
//   node packages/float16/evidence/all-inputs.mjs [--fraction 1/256] [--threads 2] [--fresh] [--out docs/evidence/float16-all-inputs.json]
// It goes on where an interrupted run of the same sources stopped.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { compileSources, hashSources } from './load-sources.mjs';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const stateFile = resolve(repository, '.cache/evidence/float16-all-inputs.json');
const formats = ['float16', 'bfloat16', 'float8_e4m3fn', 'float8_e5m2'];
const UNITS = 2048; // pieces of work
const UNIT = 2 ** 31 / UNITS; // magnitudes in one; the sign doubles them

/** Where a unit's magnitudes begin and how many are tested; a fraction takes a run at a place that differs from unit to unit. */
function rangeOf(unit, fraction) {
  const count = Math.max(1, Math.round(UNIT * fraction));
  const offset = fraction === 1 ? 0 : Math.floor((((unit + 1) * 0.618033988749895) % 1) * (UNIT - count));
  return { unit, first: unit * UNIT + offset, count };
}

function readState(key) {
  try {
    const state = JSON.parse(readFileSync(stateFile, 'utf8'));
    if (state.key === key) return state;
  } catch {
    // no earlier run: begin anew
  }
  return { key, next: 0, inputs: 0, mismatches: 0, examples: [], seconds: 0 };
}

/**
 * Runs the test over worker threads and gives `{ passed, details, inputs, mismatches, seconds }`.
 *
 * @param options - `resume` (default true) goes on with an interrupted run of the same sources, Node and fraction; `onProgress`
 * is called with `{ done, total, mismatches }`, both counted in units; `fraction` 1 and `threads` 2 unless set
 */
async function run({ resume = true, onProgress = () => {}, fraction = 1, threads = 2 } = {}) {
  const sources = compileSources();
  const key = `${hashSources()} ${process.version} ${fraction}`;
  const state = readState(resume ? key : '');
  state.key = key;
  const begun = performance.now() - 1000 * state.seconds;
  mkdirSync(dirname(stateFile), { recursive: true });

  const finished = new Map(); // results that wait for an earlier unit
  let handedOut = state.next;
  const takeResult = (result) => {
    finished.set(result.unit, result);
    while (finished.has(state.next)) {
      const { inputs, mismatches, examples } = finished.get(state.next);
      finished.delete(state.next++);
      state.inputs += inputs;
      state.mismatches += mismatches;
      state.examples.push(...examples.slice(0, 20 - state.examples.length));
    }
    state.seconds = Math.round((performance.now() - begun) / 1000);
    writeFileSync(stateFile, JSON.stringify(state));
    onProgress({ done: state.next, total: UNITS, mismatches: state.mismatches });
  };
  const work = () =>
    new Promise((done, fail) => {
      const worker = new Worker(new URL('./all-inputs-worker.mjs', import.meta.url), { workerData: { sources, formats } });
      const next = () => (handedOut < UNITS ? worker.postMessage(rangeOf(handedOut++, fraction)) : done(worker.terminate()));
      worker.on('error', fail);
      worker.on('message', (result) => {
        takeResult(result);
        next();
      });
      next();
    });
  await Promise.all(Array.from({ length: threads }, work));
  rmSync(stateFile, { force: true });

  const native = typeof globalThis.Float16Array === 'function';
  return {
    passed: state.mismatches === 0,
    details: {
      formats,
      modes: ['nearest-even to infinity', 'nearest-even saturating', 'toward-zero', 'round'],
      reference: `value lists by the textbook formula${native ? ', and the native Float16Array' : ''}`,
      fraction,
      examples: state.examples,
    },
    inputs: state.inputs,
    mismatches: state.mismatches,
    seconds: state.seconds,
  };
}

/** What the common runner of the evidence needs to know. */
export const evidence = { name: 'float16-all-inputs', sources: ['packages/float16/src'], run };

function resultFile(result) {
  return {
    name: evidence.name,
    ...result,
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim(),
    date: new Date().toISOString(),
    node: process.version,
    hardware: `${cpus()[0].model.trim()}, ${cpus().length} cores`,
    sources: evidence.sources,
    sourcesHash: hashSources(),
  };
}

function parseFraction(text) {
  const [numerator, denominator = '1'] = text.split('/');
  const fraction = Number(numerator) / Number(denominator);
  if (!(fraction > 0 && fraction <= 1))
    throw new RangeError(`[float16] --fraction must be above 0 and at most 1, got ${text}. Write 1/256.`);
  return fraction;
}

async function main() {
  const { values } = parseArgs({
    options: {
      fraction: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      fresh: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  let shown = -1;
  const onProgress = ({ done, total, mismatches }) => {
    const percent = Math.floor((100 * done) / total);
    if (percent === shown) return;
    shown = percent;
    process.stderr.write(`${percent} % of ${total} units, ${mismatches} mismatches\n`);
  };
  const result = resultFile(
    await run({ resume: !values.fresh, onProgress, fraction: parseFraction(values.fraction), threads: Number(values.threads) }),
  );
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (values.out !== undefined) {
    mkdirSync(dirname(resolve(values.out)), { recursive: true });
    writeFileSync(resolve(values.out), json);
  }
  process.stdout.write(json);
  if (!result.passed) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
