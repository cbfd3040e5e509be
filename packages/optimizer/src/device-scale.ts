import type { Tensor } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  clipByValue,
  concat,
  dispose,
  greaterEqual,
  isFinite,
  keep,
  mul,
  reciprocal,
  reshape,
  sub,
  tensor1d,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LossScale, LossScaleRule, LossScaleState } from '@halftone/loss-scale';
import { scaleTimes } from './exact-product.ts';
import type { ScaleOnDevice, StepFlags } from './scale-on-device.ts';

type DeviceState = {
  readonly scale: Tensor;
  readonly goodSteps: Tensor;
  readonly skippedInRow: Tensor;
  readonly skipped: Tensor;
  readonly applied: Tensor;
  readonly firstBad: Tensor;
};

/** Largest finite float32. */
const GREATEST: number = (2 - 2 ** -23) * 2 ** 127;

const ORDER = ['scale', 'goodSteps', 'skippedInRow', 'skipped', 'applied', 'firstBad'] as const satisfies readonly (keyof DeviceState)[];

/**
 * A loss scale made of tensors, for every tfjs backend.
 *
 * Does what `next` of @halftone/loss-scale does, bit for bit, by tensor arithmetic. Six float32 tensors of one value;
 * counters are exact up to 2^24 and stay there.
 */
export class DeviceScale implements ScaleOnDevice {
  readonly machine: LossScale;
  #state: DeviceState;

  constructor(machine: LossScale, state: LossScaleState = machine.init()) {
    this.machine = machine;
    this.#state = upload(state);
  }

  get scale(): Tensor {
    return this.#state.scale;
  }

  inverse(): Tensor {
    return reciprocal(this.#state.scale);
  }

  advance(flags: StepFlags): void {
    this.#replace(tidy(() => keepAll(next(this.machine.options, this.#state, flags))));
  }

  setScale(scale: number): void {
    const { scale: old, ...rest } = this.#state;
    this.#state = { scale: scalarOf(scale), ...rest };
    old.dispose();
  }

  pack(): Tensor {
    return tidy(() => concat(ORDER.map((name) => reshape(this.#state[name], [1]))));
  }

  restore(state: LossScaleState): void {
    this.#replace(upload(state));
  }

  dispose(): void {
    dispose({ ...this.#state });
  }

  #replace(state: DeviceState): void {
    const old = this.#state;
    this.#state = state;
    dispose({ ...old });
  }
}

/** `nextState` of @halftone/loss-scale, line by line, on tensors of one value. */
function next(rule: LossScaleRule, state: DeviceState, { finite, applied, firstBad }: StepFlags): DeviceState {
  const good = cast(finite, 'float32');
  const taken = cast(applied, 'float32');
  const missed = sub(1, taken);
  const goodSteps = mul(add(state.goodSteps, 1), good);
  const skippedInRow = mul(add(state.skippedInRow, 1), missed);
  const grows = greaterEqual(goodSteps, rule.growthInterval);
  return {
    scale: nextScale(rule, state.scale, { finite, grows, skippedInRow }),
    goodSteps: where(grows, zerosLike(goodSteps), goodSteps),
    skippedInRow,
    skipped: add(state.skipped, missed),
    applied: add(state.applied, taken),
    firstBad: firstBad.clone(),
  };
}

function nextScale(
  rule: LossScaleRule,
  scale: Tensor,
  { finite, grows, skippedInRow }: { readonly finite: Tensor; readonly grows: Tensor; readonly skippedInRow: Tensor },
): Tensor {
  if (rule.growthFactor === 1 && rule.backoffFactor === 1) return scale.clone();
  const old = reshape(scale, [1]);
  const grown = moved(rule, old, rule.growthFactor);
  const shrunk = moved(rule, old, rule.backoffFactor);
  const afterBad = rule.hysteresis > 1 ? where(greaterEqual(skippedInRow, rule.hysteresis), shrunk, old) : shrunk;
  return reshape(where(finite, where(grows, grown, old), afterBad), []);
}

/** A product that overflows is not adopted; where the ceiling keeps it from that, there is nothing to test. */
function moved(rule: LossScaleRule, scale: Tensor, factor: number): Tensor {
  const product = scaleTimes(scale, factor);
  const bounded = clipByValue(product, rule.minScale, rule.maxScale);
  return rule.maxScale * factor > GREATEST ? where(isFinite(product), bounded, scale) : bounded;
}

function upload(state: LossScaleState): DeviceState {
  return {
    scale: scalarOf(state.scale),
    goodSteps: keep(tensor1d([state.goodSteps])),
    skippedInRow: keep(tensor1d([state.skippedInRow])),
    skipped: keep(tensor1d([state.skipped])),
    applied: keep(tensor1d([state.applied])),
    firstBad: keep(tensor1d([-1])),
  };
}

function scalarOf(value: number): Tensor {
  return keep(tidy(() => reshape(tensor1d([value]), [])));
}

function keepAll(state: DeviceState): DeviceState {
  for (const name of ORDER) keep(state[name]);
  return state;
}
