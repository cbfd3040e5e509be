import { existsSync, readFileSync } from 'node:fs';
import { writeText } from '../voice.ts';
import { CURVE_SIZES, type CurveLength, type CurveModel, type CurvePolicy, type CurveSpec } from './curve-spec.ts';
import type { CurveRun } from './judge-curves.ts';
import { trainInProcess } from './run-process.ts';

/** What is to be trained. */
export interface CurvePlan {
  readonly length: CurveLength;
  readonly models: readonly CurveModel[];
  readonly policies: readonly CurvePolicy[];
  readonly seeds: readonly number[];
  /** Seeds whose float32 training is repeated from nudged weights. */
  readonly nudgedSeeds: readonly number[];
  /** Folder with `mnist`, `membrane` and `tinyshakespeare`. */
  readonly data: string;
}

/** Where finished trainings are kept, and the state of the code that they are of. */
export interface CurveMemory {
  readonly file: string;
  readonly key: string;
}

/** Half a unit in the last place of float16: what storing the weights in half would do to them. */
export const NUDGE = 2 ** -11;

/** The trainings of a plan, one after the other by seed, so that an interrupted run has whole seeds. Pure. */
export function curveSpecs({ length, models, policies, seeds, nudgedSeeds, data }: CurvePlan): readonly CurveSpec[] {
  return seeds.flatMap((seed) =>
    models.flatMap((model) => {
      const common = { model, seed, data, sizes: CURVE_SIZES[length][model] };
      const plain: CurveSpec[] = policies.map((policy) => ({ ...common, policy, nudge: 0 }));
      return nudgedSeeds.includes(seed) ? [...plain, { ...common, policy: 'float32', nudge: NUDGE }] : plain;
    }),
  );
}

/**
 * Trains all that a plan asks for, each in a process of its own.
 *
 * Takes minutes to hours. With a memory each finished training is kept, and an interrupted run goes on where it stopped.
 *
 * @param onProgress - gets a line at each step
 */
export async function trainAll(
  plan: CurvePlan,
  { memory, onProgress }: { readonly memory?: CurveMemory | undefined; readonly onProgress: (line: string) => void },
): Promise<readonly CurveRun[]> {
  const specs = curveSpecs(plan);
  const kept = memory === undefined ? [] : readMemory(memory);
  const runs: CurveRun[] = [];
  for (const [index, spec] of specs.entries()) {
    const { model, policy, seed, nudge } = spec;
    const known = kept.find((run) => run.model === model && run.policy === policy && run.seed === seed && run.nudge === nudge);
    const title = `${index + 1} of ${specs.length}: ${model}, seed ${seed}, ${policy}${nudge > 0 ? ' nudged' : ''}`;
    const result =
      known ??
      (await trainInProcess(spec, (step, loss) => onProgress(`${title}: step ${step} of ${spec.sizes.steps}, loss ${loss.toFixed(4)}`)));
    runs.push({ ...result, model, policy, seed, nudge });
    if (memory !== undefined && known === undefined)
      writeText(memory.file, JSON.stringify({ key: memory.key, runs: [...kept, ...runs.filter((run) => !kept.includes(run))] }));
  }
  return runs;
}

function readMemory({ file, key }: CurveMemory): readonly CurveRun[] {
  if (!existsSync(file)) return [];
  const state = JSON.parse(readFileSync(file, 'utf8')) as { readonly key: string; readonly runs: readonly CurveRun[] };
  return state.key === key ? state.runs : [];
}
