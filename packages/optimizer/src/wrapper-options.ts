import type { Optimizer } from '@tensorflow/tfjs-core';
import { engine, env } from '@tensorflow/tfjs-core';
import { currentPolicy } from '@halftone/autocast';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale, noLossScale } from '@halftone/loss-scale';
import type { Policy } from '@halftone/policy';
import { policy as toPolicy } from '@halftone/policy';
import type { BadMicroBatch } from './accumulator.ts';
import type { ClipOptions } from './clip.ts';
import { checkClip } from './clip.ts';
import type { StepReport } from './step-report.ts';

/** How `mixedPrecisionOptimizer` steps. */
export interface MixedPrecisionOptions extends ClipOptions {
  /** Under which policy forward and backward pass run. Unless given: `currentPolicy()` at the first step, else none. */
  readonly policy?: Policy | string;
  /** Unless given: dynamic for a policy that computes in float16, none for the rest. */
  readonly lossScale?: LossScale;
  /** Micro-batches whose mean gradient makes one update; 1 unless set. */
  readonly accumulate?: number;
  /** What a micro-batch with an infinity or NaN costs; `drop-window` unless set. */
  readonly onBadMicroBatch?: BadMicroBatch;
  /** The learning rate as a function of the steps that were APPLIED, as far as the host knows. */
  readonly learningRate?: (appliedSteps: number) => number;
  /** The host copies the scale's state at most every so many steps; 50 unless set. */
  readonly statusEvery?: number;
  /** Called with each report that arrives: at most every `statusEvery` steps, never during a step. */
  readonly onStep?: (report: StepReport) => void;
}

/** What half-float textures (WebGL without float32 rendering) can hold: 65504 at most, whole numbers up to 2048. */
const HALF_DEVICE = { maxScale: 2 ** 15, growthInterval: 2000 } as const;

/** Refuses options that cannot be meant. */
export function checkOptions(inner: Optimizer, options: MixedPrecisionOptions): void {
  if (typeof inner?.applyGradients !== 'function' || typeof inner.minimize !== 'function') {
    throw new TypeError(
      `[optimizer] inner must be a tf.Optimizer, got ${inner === null ? 'null' : typeof inner}. Pass tf.train.adam() or the like.`,
    );
  }
  checkClip(options);
  checkCount('accumulate', options.accumulate ?? 1);
  checkCount('statusEvery', options.statusEvery ?? 50);
  const { onBadMicroBatch = 'drop-window' } = options;
  if (onBadMicroBatch !== 'drop-window' && onBadMicroBatch !== 'drop-one') {
    throw new RangeError(
      `[optimizer] onBadMicroBatch must be 'drop-window' or 'drop-one', got '${String(onBadMicroBatch)}'. Use one of the two.`,
    );
  }
  if (options.policy !== undefined) toPolicy(options.policy);
}

/** The policy of the steps; ambient state is asked once, at the first step. */
export function choosePolicy({ policy }: Pick<MixedPrecisionOptions, 'policy'>): Policy | null {
  return policy === undefined ? currentPolicy() : toPolicy(policy);
}

/** The loss scale of the steps, lowered where the device itself has only half floats. */
export function chooseLossScale({ lossScale }: Pick<MixedPrecisionOptions, 'lossScale'>, policy: Policy | null): LossScale {
  const chosen = lossScale ?? (policy?.compute === 'float16' ? dynamicLossScale() : noLossScale());
  if (!hasOnlyHalves() || chosen.options.maxScale <= HALF_DEVICE.maxScale) return chosen;
  if (chosen.kind !== 'dynamic') {
    throw new RangeError(
      `[optimizer] a static scale must be at most ${HALF_DEVICE.maxScale} on a backend that has only half floats, got ${chosen.options.maxScale}. ` +
        'Lower it, or use dynamicLossScale().',
    );
  }
  const { initialScale, minScale, growthInterval } = chosen.options;
  return dynamicLossScale({
    ...chosen.options,
    initialScale: Math.min(initialScale, HALF_DEVICE.maxScale),
    minScale: Math.min(minScale, HALF_DEVICE.maxScale),
    maxScale: HALF_DEVICE.maxScale,
    growthInterval: Math.min(growthInterval, HALF_DEVICE.growthInterval),
  });
}

/** tfjs's WebGL backend answers the wrong way round: 16 for float32 textures, and 32 for half ones while it sends small tensors to the CPU. Its flag is right. */
function hasOnlyHalves(): boolean {
  const { backend, backendName } = engine();
  return backendName === 'webgl' ? !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') : backend.floatPrecision() === 16;
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`[optimizer] ${name} must be a whole number from 1, got ${String(value)}. Leave it out for the default.`);
  }
}
