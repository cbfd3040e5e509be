import { GradScaler } from './scaler.ts';
import type { GradScalerOptions } from './scaler-options.ts';

/**
 * Makes loss scaling for training loops of one's own, with several losses and optimizers if need be.
 *
 * The calls of one round, in order: `variableGrads` for each loss, `accumulate` over micro-batches, `unscale` only to look
 * at gradients or to change them, `step` for each optimizer (it unscales by itself and clips), `update` once. With one
 * optimizer, `apply` is `step` and `update`. A call out of order throws and names the missing one.
 *
 * A step whose gradients hold an infinity or NaN does not take place; the other optimizers step, unless `skipAll` is set.
 * The scale moves once for all of them. What a forward pass assigned (moving statistics of batch norm) goes back at
 * `update` if gradients that came from it were bad. Gradients of micro-batches add up with the scale they carry, so do
 * not call `update` within a window; divide each loss by the number of micro-batches.
 *
 * Who disposes what: `variableGrads` gives loss and gradients to the caller; `accumulate`, `unscale`, `step` and `apply`
 * take gradients over, so maps that went in are gone, and maps that come out are the caller's. In `tf.tidy` all is as
 * usual; the scale outlives it.
 *
 * Nothing is read back and no call waits, except those that return a promise. Works on every tfjs backend.
 *
 * @param options - `lossScale`: `dynamicLossScale()` unless given; `policy` for `variableGrads`; `skipAll`: false unless set;
 *   `statusEvery`: 50 updates; `onStep`
 * @returns a scaler; `dispose()` frees it
 * @throws RangeError for a policy that does not exist; calls out of order throw `StepOrderError` of @halftone/loss-scale
 * @see torch.amp.GradScaler, whose stages and traces it reproduces
 *
 * @example
 * const weight = tf.variable(tf.scalar(3));
 * const optimizer = tf.train.sgd(0.25);
 * const scaler = gradScaler();
 * const { value, grads } = scaler.variableGrads(() => weight.square());
 * value.dataSync()[0]; // 9
 * grads[weight.name].dataSync()[0]; // 393216
 * scaler.apply(optimizer, grads, { clipNorm: 2 });
 * weight.dataSync()[0]; // 2.5
 */
export function gradScaler(options: GradScalerOptions = {}): GradScaler {
  return new GradScaler(options);
}
