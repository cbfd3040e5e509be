import type { Optimizer } from '@tensorflow/tfjs-core';
import { MixedPrecisionOptimizer } from './wrapper.ts';
import type { MixedPrecisionOptions } from './wrapper-options.ts';

/**
 * Wraps an optimizer so that it trains in mixed precision: the loss is scaled, gradients are unscaled, checked and
 * clipped, and a step with an infinity or NaN in its gradients never happened.
 *
 * float16 loses gradients below 2^-24; a scaled loss lifts them, and a scale that is too high shows as an infinity, which
 * costs one step. The wrapper is a `tf.Optimizer` like any other: give it to `model.compile`, or call `minimize`,
 * `computeGradients` and `applyGradients`. Class name, configuration, slots and learning rate are the inner optimizer's,
 * so plain tfjs opens a model that was saved with it. Works on every tfjs backend; without a precision plug-in it is
 * loss scaling alone.
 *
 * The order of a step: backward pass from the scale, unscale, check, clip, inner step in float32, keep or undo, move the
 * scale. The check looks at unclipped gradients, because clipping by value would hide an infinity. Everything up to
 * there stays on the device: no step reads anything back or waits. What a skipped step leaves as it was: weights,
 * slots, and every registered variable that the forward pass assigned (moving statistics of batch norm). What the host
 * learns, it learns late: `iterations` and `learningRate(appliedSteps)` count skipped steps out when a copy arrives, at
 * most every `statusEvery` steps; a scale below 1 is warned of then, and the next call throws when too many steps in a
 * row were skipped, naming the first bad gradient.
 *
 * Without a loss scale (policy float32 or mixed_bfloat16, or none) nothing is checked or undone and steps are the inner
 * optimizer's own, bit for bit; `staticLossScale(1)` checks without scaling.
 *
 * On a backend with fused steps all of this is a few kernels with the same numbers; `stepPath` says whether it was.
 *
 * Allocates a handful of scalars for good, one handle for each registered variable during a step, and, on backends
 * without a fused kernel, one copy of weights and slots while a step is decided. It may be called inside `tf.tidy`.
 * A variable that other code assigns between a forward pass and its update keeps that value, also when the step is skipped.
 * An optimizer that counts steps in plain JavaScript fields of its own counts skipped ones too; tfjs's do not.
 *
 * @param inner - any tf.Optimizer; the wrapper takes it over, `unwrap()` gives it back
 * @param options - `policy`: `currentPolicy()` at the first step unless given; `lossScale`: dynamic when the policy computes in
 *   float16, else none; `clipNorm`, `clipVariableNorm` or `clipValue`; `accumulate`: micro-batches for one update (their mean), 1 unless given;
 *   `onBadMicroBatch`: `drop-window` unless given; `learningRate(appliedSteps)`; `statusEvery`: 50 steps; `onStep`
 * @returns the wrapper; `dispose()` frees it and the inner optimizer's slots
 * @throws TypeError or RangeError for an option outside of its range, Error if `inner` is wrapped already
 * @see Micikevicius et al., Mixed Precision Training, arXiv 1710.03740; torch.amp.GradScaler; keras LossScaleOptimizer
 *
 * @example
 * const weight = tf.variable(tf.scalar(3));
 * const optimizer = mixedPrecisionOptimizer(tf.train.sgd(0.25), { lossScale: dynamicLossScale() });
 * optimizer.minimize(() => weight.square());
 * weight.dataSync()[0]; // 1.5
 * (await optimizer.lastStep()).scale; // 65536
 */
export function mixedPrecisionOptimizer(inner: Optimizer, options: MixedPrecisionOptions = {}): MixedPrecisionOptimizer {
  return new MixedPrecisionOptimizer(inner, options);
}
