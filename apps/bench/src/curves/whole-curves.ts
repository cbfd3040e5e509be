import { trainAll, type CurveMemory } from './all-curves.ts';
import { CURVE_MODELS, CURVE_POLICIES } from './curve-spec.ts';
import { CURVE_BOUND, LEARNED, type CurveRun, type CurveVerdict } from './judge-curves.ts';
import { reportCurves } from './report-curves.ts';

/** What three seeds show. */
export interface CurveSummary {
  readonly passed: boolean;
  readonly details: {
    readonly bound: number;
    readonly learned: number;
    readonly device: string;
    /** Largest absolute gaps of the mixed policies to float32, and of float32 from nudged weights. */
    readonly worst: Readonly<Record<'mixed_float16' | 'mixed_bfloat16' | 'nudged', { readonly final: number; readonly heldOut: number }>>;
    readonly runs: readonly (CurveVerdict & { readonly losses: readonly number[] })[];
  };
}

const SEEDS = [1, 2, 3] as const;

/**
 * Trains three models on real data from three seeds under each policy, and from one seed float32 once more from nudged weights, for a yardstick.
 *
 * Takes about half an hour on a CPU driver. Each finished training is kept in the memory, and an interrupted run goes on where it stopped.
 * Prints the table; the plot is left in `.cache/bench/curves-whole.html`.
 *
 * @param options - `data`: folder with `mnist`, `membrane` and `tinyshakespeare`
 */
export async function wholeCurves(options: {
  readonly data: string;
  readonly memory: CurveMemory;
  readonly onProgress: (line: string) => void;
}): Promise<CurveSummary> {
  const { data, memory, onProgress } = options;
  const plan = { length: 'whole', models: CURVE_MODELS, policies: CURVE_POLICIES, seeds: SEEDS, nudgedSeeds: [1], data } as const;
  const runs = await trainAll(plan, { memory, onProgress });
  const { verdicts, table, page } = reportCurves(runs, 'whole');
  console.log(`${table}\nThe curves: ${page}`);
  const lossesOf = ({ model, seed, policy, isNudged }: CurveVerdict): readonly number[] =>
    runs.find((run: CurveRun) => run.model === model && run.seed === seed && run.policy === policy && run.nudge > 0 === isNudged)?.losses ??
    [];
  const worstOf = (chosen: (verdict: CurveVerdict) => boolean): { readonly final: number; readonly heldOut: number } => ({
    final: Math.max(...verdicts.filter(chosen).map(({ finalGap }) => Math.abs(finalGap))),
    heldOut: Math.max(...verdicts.filter(chosen).map(({ heldOutGap }) => Math.abs(heldOutGap))),
  });
  return {
    passed: verdicts.every(({ passed }) => passed),
    details: {
      bound: CURVE_BOUND,
      learned: LEARNED,
      device: runs[0]?.device ?? '-',
      worst: {
        mixed_float16: worstOf(({ policy }) => policy === 'mixed_float16'),
        mixed_bfloat16: worstOf(({ policy }) => policy === 'mixed_bfloat16'),
        nudged: worstOf(({ isNudged }) => isNudged),
      },
      runs: verdicts.map((verdict) => ({ ...verdict, losses: lossesOf(verdict).map((loss) => Number(loss.toPrecision(6))) })),
    },
  };
}
