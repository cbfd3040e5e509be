import { goldenJson } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import type { LossScaleState } from '../../src/index.ts';
import { dynamicLossScale } from '../../src/index.ts';
import { WITHOUT_BOUNDS } from './bounds.ts';
import type { OptimizerArgs } from './float32-optimizers.ts';
import { float32Optimizer } from './float32-optimizers.ts';
import type { GoldenNumbers, Gradients } from './gradients.ts';
import { allFinite, float32, float32Each, inverse, norm, plus, times } from './gradients.ts';
import { distance } from './near.ts';

interface KerasArgs extends OptimizerArgs {
  readonly clipnorm?: number;
  readonly global_clipnorm?: number;
  readonly gradient_accumulation_steps?: number;
}

interface KerasCase {
  readonly name: string;
  readonly note: string;
  readonly config: { readonly initial_scale?: number; readonly dynamic_growth_steps?: number };
  readonly inner: { readonly type: string; readonly args: KerasArgs };
  readonly initial: readonly GoldenNumbers[];
  readonly steps: readonly {
    readonly grads: readonly (readonly (readonly GoldenNumbers[])[])[];
    readonly expect: {
      readonly scale_before: number;
      readonly scaled_one: number;
      readonly scaled_grads: readonly GoldenNumbers[];
      readonly scale_after: number;
      readonly step_counter: number;
      readonly iterations: number;
      readonly applied: boolean;
      readonly params: readonly GoldenNumbers[];
    };
  }[];
}

/** Keras clips after unscaling and averaging: each variable, or all together. */
function clipped(grads: Gradients, { clipnorm, global_clipnorm }: KerasArgs): Gradients {
  const limit = (list: Gradients, most: number): Gradients => times(list, Math.fround(most / Math.max(norm(list), most)));
  if (clipnorm !== undefined) return grads.flatMap((grad) => limit([grad], clipnorm));
  return global_clipnorm === undefined ? grads : limit(grads, global_clipnorm);
}

/** LossScaleOptimizer around an inner optimizer: a bad micro-batch is dropped alone, and the window of the inner one slides over it. */
class KerasReplay {
  readonly machine;
  readonly params: readonly Float32Array[];
  state: LossScaleState;
  updates = 0;
  private readonly args: KerasArgs;
  private readonly optimizer;
  private window: Gradients[] = [];

  constructor({ config: { initial_scale = 32768, dynamic_growth_steps = 2000 }, inner, initial }: KerasCase) {
    this.machine = dynamicLossScale({ initialScale: initial_scale, growthInterval: dynamic_growth_steps, ...WITHOUT_BOUNDS });
    this.state = this.machine.init();
    this.params = initial.map(float32);
    this.args = inner.args;
    this.optimizer = float32Optimizer('keras', inner.type, inner.args);
  }

  apply(scaled: Gradients): void {
    const finite = allFinite(scaled);
    if (finite) this.accumulate(times(scaled, inverse(this.state.scale)));
    this.state = this.machine.next(this.state, finite);
  }

  private accumulate(grads: Gradients): void {
    const steps = this.args.gradient_accumulation_steps ?? 1;
    this.window.push(grads);
    if (this.window.length < steps) return;
    this.optimizer.apply(this.params, clipped(times(this.window.reduce(plus), 1 / steps), this.args));
    this.window = [];
    this.updates += 1;
  }
}

const { cases } = goldenJson<{ cases: readonly KerasCase[] }>('loss_scale/keras.json');
const sound = cases.filter(({ note }) => !note.includes('KNOWN DEFECT'));
const defects = cases.filter(({ note }) => note.includes('KNOWN DEFECT'));

test('the traces of LossScaleOptimizer are all there', () => {
  expect(sound.length).toBe(11);
  expect(defects.map(({ name }) => name)).toEqual(['collapse_to_zero', 'growth_to_infinity']);
});

describe.each(sound.map((trace) => ({ name: trace.name, trace })))('Keras trace $name', ({ trace }) => {
  test('gives the same: scale, counter, flags and scaled gradients are exact, parameters within 1e-6', () => {
    const replay = new KerasReplay(trace);
    trace.steps.forEach(({ grads, expect: golden }, at) => {
      const where = `step ${at}`;
      const before = replay.params.map((param) => param.slice());
      const updates = replay.updates;
      const { scale } = replay.state;
      expect(scale, where).toBe(Math.fround(golden.scale_before));
      expect(scale, where).toBe(Math.fround(golden.scaled_one));
      const scaled = times(float32Each(grads[0]![0]!), scale);
      expect(scaled, where).toEqual(golden.scaled_grads.map(float32));
      replay.apply(scaled);
      expect(replay.state.scale, where).toBe(Math.fround(golden.scale_after));
      expect(replay.state.goodSteps, where).toBe(golden.step_counter);
      expect(replay.updates, where).toBe(golden.iterations);
      expect(replay.updates > updates, where).toBe(golden.applied);
      golden.params.forEach((param, p) => {
        expect(distance(replay.params[p]!, float32(param)), `${where}, parameter ${p}`).toBeLessThanOrEqual(1e-6);
        if (!golden.applied) expect(replay.params[p], `${where}, skipped ${p}`).toEqual(before[p]);
      });
    });
  });
});

describe.each(defects.map((trace) => ({ name: trace.name, trace })))('Keras defect $name', ({ trace }) => {
  test('does not happen with our bounds: the scale stays finite and above 0', () => {
    const machine = dynamicLossScale({ initialScale: trace.name === 'collapse_to_zero' ? 2 ** -13 : 2 ** 23, growthInterval: 1 });
    let state = machine.init();
    for (const { grads } of trace.steps) {
      state = machine.next(state, allFinite(times(float32Each(grads[0]![0]!), state.scale)));
      expect(state.scale).toBeGreaterThanOrEqual(machine.options.minScale);
      expect(state.scale).toBeLessThanOrEqual(machine.options.maxScale);
    }
    expect([0, Infinity]).toContain(Number(trace.steps.at(-1)!.expect.scale_after));
  });
});
