import { goldenJson } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import type { LossScaleState, StepGuard, StepOrderReason } from '../../src/index.ts';
import { createStepGuard, guardCall, StepOrderError } from '../../src/index.ts';
import type { GoldenNumbers } from './gradients.ts';
import { float32, inverse } from './gradients.ts';
import { distance } from './near.ts';
import { torchMachine } from './torch-replay.ts';

interface Sequence {
  readonly calls: readonly string[];
  readonly enabled: boolean;
  readonly fails_at: number | null;
  readonly error?: string;
  readonly message?: string;
  readonly scale?: number;
  readonly growth_tracker?: number;
  readonly params?: readonly GoldenNumbers[];
}

/** What torch raises for each of our reasons: the class and a part of its text. */
const TORCH_ERRORS: Readonly<Record<StepOrderReason, readonly [type: string, text: string]>> = {
  'not-scaled': ['AssertionError', '_scale is None'],
  'nothing-checked': ['AssertionError', 'No inf checks were recorded prior to update.'],
  'no-gradients': ['AssertionError', 'No inf checks were recorded for this optimizer.'],
  'unscaled-twice': ['RuntimeError', 'unscale_() has already been called'],
  'unscaled-after-step': ['RuntimeError', 'unscale_() is being called after step().'],
  'stepped-twice': ['RuntimeError', 'step() has already been called'],
};

/** The loop of the golden file: three SGD optimizers of one parameter each, of which the loss uses the first two. */
class Loop {
  readonly params = [0, 1, 2].map(() => Float32Array.of(1, 1));
  state: LossScaleState;
  private readonly machine;
  private readonly enabled: boolean;
  private guard: StepGuard;
  private grads: (Float32Array | null)[] = [null, null, null];
  private found: Record<number, boolean> = {};

  constructor(enabled: boolean) {
    this.enabled = enabled;
    this.machine = torchMachine({ enabled, init_scale: 8, growth_interval: 2 });
    this.state = this.machine.init();
    this.guard = createStepGuard({ enabled });
  }

  call(name: string): void {
    const [, verb = '', which = ''] =
      /^(scale|backward|unscale|step|update|load_empty|save_load|bad_grad|zero_grad)_?(.*)$/.exec(name) ?? [];
    const o = Number(which);
    if (verb === 'scale' || verb === 'backward') {
      if (verb === 'scale') this.guard = guardCall(this.guard, { call: 'scale' });
      const grad = verb === 'scale' ? this.state.scale : 1;
      for (const p of [0, 1]) this.grads[p] = this.grads[p]?.map((value) => value + grad) ?? Float32Array.of(grad, grad);
    } else if (verb === 'unscale') this.unscale(o);
    else if (verb === 'step') this.step(o);
    else if (verb === 'update') this.update(which === '' ? undefined : o);
    else if (verb === 'load_empty') this.load({});
    else if (verb === 'save_load') this.load(JSON.parse(JSON.stringify(this.state)));
    else if (verb === 'bad_grad') this.grads[o]!.fill(Infinity);
    else if (verb === 'zero_grad') this.grads = [null, null, null];
    else throw new RangeError(`unknown call ${name}`);
  }

  private event(call: 'unscale' | 'step', o: number): void {
    this.guard = guardCall(this.guard, { call, optimizer: String(o), gradients: this.grads[o] === null ? 0 : 1 });
  }

  private unscale(o: number): void {
    this.event('unscale', o);
    if (this.enabled) this.divide(o);
  }

  private divide(o: number): void {
    const grad = this.grads[o];
    this.found[o] = grad?.some((value) => !Number.isFinite(value)) ?? false;
    this.grads[o] = grad?.map((value) => value * inverse(this.state.scale)) ?? null;
  }

  private step(o: number): void {
    const ready = this.guard.stages[String(o)] === undefined;
    this.event('step', o);
    if (this.enabled && ready) this.divide(o);
    if (this.found[o] !== true) this.grads[o]?.forEach((value, i) => (this.params[o]![i]! -= Math.fround(0.1 * value)));
  }

  private update(newScale: number | undefined): void {
    this.guard = guardCall(this.guard, newScale === undefined ? { call: 'update' } : { call: 'update', newScale });
    if (!this.enabled) return;
    this.state =
      newScale === undefined
        ? this.machine.next(this.state, !Object.values(this.found).includes(true))
        : this.machine.restore({ ...this.state, scale: newScale });
    this.found = {};
  }

  private load(saved: unknown): void {
    if (this.enabled) this.state = this.machine.restore(saved);
  }
}

const { sequences } = goldenJson<{ sequences: readonly Sequence[] }>('loss_scale/torch_calls.json');

test('the sequences of calls are all there, with every reason to refuse among them', () => {
  expect(sequences.length).toBe(54);
  const texts = Object.values(TORCH_ERRORS).map(([, text]) => text);
  for (const text of texts) expect(sequences.some(({ message }) => message?.includes(text))).toBe(true);
});

describe('a sequence of calls ends as in torch', () => {
  test.each(sequences.map((sequence) => ({ calls: sequence.calls.join(' '), enabled: sequence.enabled, sequence })))(
    '$calls (enabled: $enabled)',
    ({ sequence }) => {
      const loop = new Loop(sequence.enabled);
      let failedAt: number | null = null;
      let error: unknown;
      for (const [at, call] of sequence.calls.entries()) {
        try {
          loop.call(call);
        } catch (caught) {
          [failedAt, error] = [at, caught];
          break;
        }
      }
      expect(failedAt).toBe(sequence.fails_at);
      if (sequence.fails_at === null) {
        expect(loop.state.scale).toBe(sequence.scale);
        if (sequence.enabled) expect(loop.state.goodSteps).toBe(sequence.growth_tracker);
        sequence.params!.forEach((param, p) => expect(distance(loop.params[p]!, float32(param))).toBeLessThanOrEqual(1e-6));
      } else if (sequence.calls[sequence.fails_at] === 'load_empty') {
        expect(error).toBeInstanceOf(TypeError);
        expect(sequence.error).toBe('RuntimeError');
      } else {
        expect(error).toBeInstanceOf(StepOrderError);
        const [type, text] = TORCH_ERRORS[(error as StepOrderError).reason];
        expect(type).toBe(sequence.error);
        expect(sequence.message).toContain(text);
      }
    },
  );
});
