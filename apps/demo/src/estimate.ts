import { span } from './figures.ts';
import { runInProcess } from './run-process.ts';
import type { RunSpec } from './run-spec.ts';

const TRIAL_STEPS = 8;
const FORWARD_PART = 0.4; // of a step's time, for naming a batch of held-out pictures

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
  const trial = await runInProcess({ ...bare, steps: Math.min(TRIAL_STEPS, first.steps), evaluate: false });
  const start = trial.totalSeconds - (trial.steps * trial.stepMs) / 1000; // data, device, pipelines
  const judging = ((trial.heldOut / trial.batch) * trial.stepMs * FORWARD_PART) / 1000;
  return estimateLine(specs, { stepMs: trial.stepMs, aroundSeconds: start + judging });
}

/**
 * Puts the estimate into words.
 *
 * Pure.
 *
 * @param measured - milliseconds of one step of the first run, and seconds before and after its steps
 */
export function estimateLine(specs: readonly RunSpec[], measured: { readonly stepMs: number; readonly aroundSeconds: number }): string {
  const { stepMs, aroundSeconds } = measured;
  const steps = specs[0]?.steps ?? 0;
  return `Estimate: about ${span(specs.length * ((steps * stepMs) / 1000 + aroundSeconds))} (${specs.length} run(s) of ${steps} steps at about ${Math.round(stepMs)} ms, measured on ${TRIAL_STEPS} steps of the first run).`;
}
