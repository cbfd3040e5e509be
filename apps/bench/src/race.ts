import { openContestant, type Contestant } from './measurement.ts';
import { pairedRatio, quantile, type Spread } from './statistics.ts';
import { stepResult } from './step-report.ts';
import type { StepResult, Timed } from './step-result.ts';
import type { StepSpec } from './step-spec.ts';

/** How a contestant stands against stock tfjs. */
export interface Ratio {
  readonly backend: string;
  readonly policy: string;
  /** Step time over stock's, pair by pair. */
  readonly time: Spread;
  readonly pairs: readonly number[];
}

/** One model, measured on several contestants in turn. */
export interface RaceResult {
  readonly kind: 'compare';
  readonly model: string;
  readonly batch: number;
  readonly pairs: number;
  readonly stepsPerTurn: number;
  readonly results: readonly StepResult[];
  /** One for each contestant but the first. */
  readonly ratios: readonly Ratio[];
  /** Contestants that could not run, with the reason. */
  readonly absent: readonly { readonly backend: string; readonly policy: string; readonly why: string }[];
}

/** What decides how a race is run. */
export interface RaceOptions {
  readonly pairs: number;
  readonly steps: number;
  /** Told as each process is ready. */
  readonly onProgress?: (line: string) => void;
}

/**
 * Runs contestants against the first of them.
 *
 * Each has a process of its own that is warm and counted before anything is timed. In each round each has one turn while
 * the others are idle, and every other round goes backwards, so that whatever slows the machine for a while slows both
 * halves of a pair. The ratio of a pair is that of the median steps of its two turns.
 *
 * Takes minutes on a CPU driver.
 *
 * @throws Error if the first contestant cannot run
 */
export async function race(specs: readonly StepSpec[], { pairs, steps, onProgress }: RaceOptions): Promise<RaceResult> {
  const running: Contestant[] = [];
  const absent: { backend: string; policy: string; why: string }[] = [];
  try {
    for (const spec of specs) {
      try {
        running.push(await openContestant(spec));
        onProgress?.(`${spec.model}: ${spec.backend} ${spec.policy} is ready`);
      } catch (error) {
        if (running.length === 0) throw error;
        const why = error instanceof Error ? error.message : String(error);
        absent.push({ backend: spec.backend, policy: spec.policy, why: why.split('\n').slice(0, 2).join(' ') });
        onProgress?.(`${spec.model}: ${spec.backend} ${spec.policy} cannot run: ${why}`);
      }
    }
    const turns = await takeTurns(running, { pairs, steps });
    return raceResult(running, turns, { pairs, steps, absent });
  } finally {
    for (const contestant of running) await contestant.close();
  }
}

async function takeTurns(running: readonly Contestant[], { pairs, steps }: RaceOptions): Promise<readonly (readonly Timed[])[]> {
  const turns: Timed[][] = running.map(() => []);
  for (const contestant of running) await contestant.time(1); // wakes it up after the others were opened
  for (let round = 0; round < pairs; round += 1) {
    const order = running.map((_, i) => (round % 2 === 0 ? i : running.length - 1 - i));
    for (const i of order) {
      const timed = await running[i]?.time(steps);
      if (timed !== undefined) turns[i]?.push(timed);
    }
  }
  return turns;
}

function raceResult(
  running: readonly Contestant[],
  turns: readonly (readonly Timed[])[],
  { pairs, steps, absent }: Pick<RaceOptions, 'pairs' | 'steps'> & Pick<RaceResult, 'absent'>,
): RaceResult {
  const medians = turns.map((own) => own.map(({ stepMs }) => quantile(stepMs, 0.5)));
  const results = running.map(({ spec, counted }, i) => stepResult(spec, counted, joined(turns[i] ?? [])));
  return {
    kind: 'compare',
    model: results[0]?.model ?? '',
    batch: results[0]?.batch ?? 0,
    pairs,
    stepsPerTurn: steps,
    results,
    ratios: results.slice(1).map(({ backend, policy }, i) => {
      const [ours, theirs] = [medians[i + 1] ?? [], medians[0] ?? []];
      return { backend, policy, time: pairedRatio(ours, theirs), pairs: ours.map((value, pair) => value / (theirs[pair] ?? Number.NaN)) };
    }),
    absent,
  };
}

function joined(turns: readonly Timed[]): Timed {
  return {
    stepMs: turns.flatMap(({ stepMs }) => stepMs),
    hostMs: turns.flatMap(({ hostMs }) => hostMs),
    losses: turns.flatMap(({ losses }) => losses),
  };
}
