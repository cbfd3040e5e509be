import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { dynamicLossScale } from '@halftone/loss-scale';
import { policy } from '@halftone/policy';
import { train, type Optimizer } from '@tensorflow/tfjs-core';
import type { ScalePoint } from './run-result.ts';
import type { RunSpec } from './run-spec.ts';

/** The optimizer of a run, and what is known of its loss scale. */
export interface ScaleWatch {
  readonly optimizer: Optimizer;
  /** Each change of the scale, the first step's included; empty for a run without scaling. */
  readonly history: readonly ScalePoint[];
  /** Steps that left the weights as they were. */
  readonly skipped: number;
  /**
   * Asks for the report of the step just done. The training itself never does that: this is for the plot, and happens
   * between the steps that are timed and counted.
   */
  afterStep(step: number): Promise<void>;
}

/**
 * Makes Adam as the kind of run needs it: bare, or wrapped.
 *
 * @param spec - the kind of run, its policy, learning rate and first scale
 */
export function watchedOptimizer(spec: Pick<RunSpec, 'kind' | 'policy' | 'learningRate' | 'initialScale'>): ScaleWatch {
  const adam = train.adam(spec.learningRate);
  const scales = spec.kind === 'mixed' && policy(spec.policy).compute === 'float16';
  if (spec.kind !== 'mixed') return { optimizer: adam, history: [], skipped: 0, afterStep: async () => undefined };
  const optimizer = mixedPrecisionOptimizer(adam, {
    policy: spec.policy,
    ...(spec.initialScale === undefined ? {} : { lossScale: dynamicLossScale({ initialScale: spec.initialScale }) }),
  });
  const history: ScalePoint[] = [];
  const watch = { optimizer, history, skipped: 0, afterStep };
  async function afterStep(step: number): Promise<void> {
    if (!scales) return; // only float16 needs a scale
    const { applied, scale } = await optimizer.lastStep();
    if (!applied) watch.skipped += 1;
    if (history.at(-1)?.scale !== scale) history.push({ step, scale });
  }
  return watch;
}
