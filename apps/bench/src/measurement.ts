import { backendInfo } from './backends.ts';
import { startMeasurer, type Measurer } from './child-process.ts';
import { stepResult } from './step-report.ts';
import type { Counted, StepResult, Timed } from './step-result.ts';
import type { StepSpec } from './step-spec.ts';

/** A contestant whose process is warm and counted. */
export interface Contestant {
  readonly spec: StepSpec;
  readonly counted: Counted;
  /** Times steps there; other contestants must be idle meanwhile. */
  time(steps: number): Promise<Timed>;
  close(): Promise<void>;
}

/** Starts the process of a contestant, builds its model there, warms it up and counts it. */
export async function openContestant(spec: StepSpec): Promise<Contestant> {
  const measurer = await startMeasurer(`${spec.backend} ${spec.policy} ${spec.model}`, backendInfo(spec.backend).node);
  try {
    const answer = await measurer.ask({ kind: 'count', spec });
    if (answer.kind !== 'counted') throw new Error(`[bench] count must be answered by counted, got ${answer.kind}. Build the bench again.`);
    return { spec, counted: answer.counted, time: (steps) => timed(measurer, steps), close: () => measurer.close() };
  } catch (error) {
    await measurer.close();
    throw error;
  }
}

/** Measures one step in a process of its own. */
export async function measureStep(spec: StepSpec, steps: number): Promise<StepResult> {
  const contestant = await openContestant(spec);
  try {
    return stepResult(spec, contestant.counted, await contestant.time(steps));
  } finally {
    await contestant.close();
  }
}

async function timed(measurer: Measurer, steps: number): Promise<Timed> {
  const answer = await measurer.ask({ kind: 'time', steps });
  if (answer.kind !== 'timed') throw new Error(`[bench] time must be answered by timed, got ${answer.kind}. Build the bench again.`);
  return answer.timed;
}
