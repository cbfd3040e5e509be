import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { judge } from './outcome.ts';
import { runInProcess } from './run-process.ts';
import { DEFAULTS, type RunKind, type RunSpec } from './run-spec.ts';

/** What is kept of one training. */
export interface SeedRun {
  readonly seed: number;
  readonly kind: RunKind;
  readonly accuracy: number;
  readonly outcome: string;
  readonly finalLoss: number | null;
  readonly peakBytes: number | null;
  readonly skipped: number;
  readonly seconds: number;
}

/** What the five seeds show. */
export interface SeedSummary {
  readonly passed: boolean;
  readonly details: {
    /** Points of accuracy, mixed minus stock, one per seed. */
    readonly differences: readonly number[];
    readonly meanDifference: number;
    readonly lowestMixedAccuracy: number;
    readonly halfFailed: number;
    readonly worstPeakRatio: number;
    readonly runs: readonly SeedRun[];
  };
}

const SEEDS = [1, 2, 3, 4, 5] as const;
const KINDS = { stock: 'float32', mixed: 'mixed_float16', 'everything-half': 'float16' } as const satisfies Record<RunKind, string>;
/** Plain half is lost within the first steps; a weight that is NaN stays NaN, so training it for hours shows nothing more. */
const HALF_STEPS = 60;
const BOUNDS = { meanPoints: 0.5, lowest: 95, peak: 0.75 } as const;

/**
 * Trains on real MNIST from five seeds, 4 epochs of 8,000 pictures in float32 and in mixed precision, and until it is lost in plain half.
 *
 * Takes hours on a CPU driver. Keeps each finished training in `stateFile`, so that an interrupted one goes on.
 *
 * @param options - `folder` with MNIST; `key` names the state of the code: trainings of another one are done again
 */
export async function fiveSeeds(options: {
  readonly folder: string;
  readonly stateFile: string;
  readonly key: string;
  readonly resume: boolean;
  readonly onProgress: (progress: unknown) => void;
}): Promise<SeedSummary> {
  const { folder, stateFile, key, onProgress } = options;
  const runs = options.resume ? [...readState(stateFile, key)] : [];
  for (const seed of SEEDS) {
    for (const kind of Object.keys(KINDS) as RunKind[]) {
      if (runs.some((run) => run.seed === seed && run.kind === kind)) continue;
      runs.push(await train(seed, kind, folder, onProgress));
      mkdirSync(dirname(stateFile), { recursive: true });
      writeFileSync(stateFile, JSON.stringify({ key, runs }));
    }
  }
  return summarizeSeeds(runs);
}

/**
 * Judges finished trainings.
 *
 * Pure.
 *
 * @param runs - each seed once of each kind
 */
export function summarizeSeeds(runs: readonly SeedRun[]): SeedSummary {
  const of = (kind: RunKind): SeedRun[] => runs.filter((run) => run.kind === kind).sort((a, b) => a.seed - b.seed);
  const [stock, mixed, half] = [of('stock'), of('mixed'), of('everything-half')];
  const differences = mixed.map((run, i) => 100 * (run.accuracy - (stock[i]?.accuracy ?? Number.NaN)));
  const meanDifference = differences.reduce((sum, points) => sum + points, 0) / differences.length;
  const lowestMixedAccuracy = 100 * Math.min(...mixed.map(({ accuracy }) => accuracy));
  const halfFailed = half.filter(({ outcome }) => outcome !== 'learned').length;
  const worstPeakRatio = Math.max(...mixed.map((run, i) => (run.peakBytes ?? Infinity) / (stock[i]?.peakBytes ?? 0)));
  const complete = [stock, mixed, half].every((list) => list.length === SEEDS.length);
  const passed =
    complete &&
    Math.abs(meanDifference) <= BOUNDS.meanPoints &&
    lowestMixedAccuracy >= BOUNDS.lowest &&
    halfFailed === half.length &&
    worstPeakRatio <= BOUNDS.peak;
  return { passed, details: { differences, meanDifference, lowestMixedAccuracy, halfFailed, worstPeakRatio, runs } };
}

async function train(seed: number, kind: RunKind, folder: string, onProgress: (progress: unknown) => void): Promise<SeedRun> {
  const { batch, epochs, learningRate, batchNormMomentum } = DEFAULTS.mnist;
  const steps = kind === 'everything-half' ? HALF_STEPS : epochs * Math.floor(8000 / batch);
  const spec: RunSpec = {
    kind,
    policy: KINDS[kind],
    plugin: 'webgpu',
    data: { kind: 'mnist', folder, images: 8000 },
    seed,
    steps,
    batch,
    learningRate,
    batchNormMomentum,
    packed: false,
    evaluate: true,
  };
  const result = await runInProcess(spec, (message) => {
    if (message.kind === 'step') onProgress(`seed ${seed}, ${kind}: step ${message.step} of ${steps}, loss ${message.loss.toFixed(4)}`);
  });
  const { kind: outcome, finalLoss } = judge(result.losses);
  return {
    seed,
    kind,
    outcome,
    accuracy: result.accuracy ?? 0,
    finalLoss: Number.isFinite(finalLoss) ? finalLoss : null,
    peakBytes: result.counters?.peakBytes ?? null,
    skipped: result.skipped,
    seconds: Math.round(result.totalSeconds),
  };
}

function readState(file: string, key: string): readonly SeedRun[] {
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as { readonly key: string; readonly runs: readonly SeedRun[] };
    return state.key === key ? state.runs : [];
  } catch {
    return []; // no earlier run
  }
}
