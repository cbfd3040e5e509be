import { span } from './figures.ts';
import { runInProcess } from './run-process.ts';
import type { RunSpec } from './run-spec.ts';

const TRIAL_STEPS = 8;

/**
 * Finds out how long the runs will take, by a short trial of the first one.
 *
 * Takes the time of that trial: some seconds.
 *
 * @param specs - the runs to come
 * @returns one line to print
 */
export async function estimate(specs: readonly RunSpec[]): Promise<string> {
  const [first] = specs;
  if (first === undefined) return '';
  const { weightsFile: _unused, ...bare } = first;
  const { stepMs } = await runInProcess({ ...bare, steps: Math.min(TRIAL_STEPS, first.steps), evaluate: false });
  return estimateLine(specs, stepMs);
}

/**
 * Puts the estimate into words.
 *
 * Pure.
 *
 * @param stepMs - milliseconds of one step of the first run
 */
export function estimateLine(specs: readonly RunSpec[], stepMs: number): string {
  const steps = specs[0]?.steps ?? 0;
  return `Estimate: about ${span((specs.length * steps * stepMs) / 1000)} (${specs.length} run(s) of ${steps} steps at about ${Math.round(stepMs)} ms, measured on ${TRIAL_STEPS} steps of the first run).`;
}
