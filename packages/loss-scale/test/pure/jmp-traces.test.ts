import { goldenJson } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import { dynamicLossScale } from '../../src/index.ts';
import { WITHOUT_BOUNDS } from './bounds.ts';
import type { GoldenNumbers } from './gradients.ts';
import { allFinite, float32, float32Each, inverse, times } from './gradients.ts';
import { distance } from './near.ts';

interface JmpCase {
  readonly name: string;
  readonly note: string;
  readonly config: { readonly loss_scale: number; readonly period: number; readonly factor: number; readonly min_loss_scale: number };
  readonly lr: number;
  readonly initial: readonly GoldenNumbers[];
  readonly steps: readonly {
    readonly grads: readonly (readonly (readonly GoldenNumbers[])[])[];
    readonly expect: {
      readonly scale_before: number;
      readonly finite: boolean;
      readonly scale_after: number;
      readonly counter: number;
      readonly params: readonly GoldenNumbers[];
    };
  }[];
}

const { cases } = goldenJson<{ cases: readonly JmpCase[] }>('loss_scale/jmp.json');

test('the traces of DynamicLossScale are all there and none is marked as a defect', () => {
  expect(cases.length).toBe(6);
  expect(cases.filter(({ note }) => note.includes('KNOWN DEFECT'))).toEqual([]);
});

describe.each(cases.map((trace) => ({ name: trace.name, trace })))('jmp trace $name', ({ trace }) => {
  test('gives the same: scale, counter and flags are exact, parameters within 1e-6', () => {
    const { loss_scale, period, factor, min_loss_scale } = trace.config;
    const machine = dynamicLossScale({
      initialScale: loss_scale,
      growthFactor: factor,
      backoffFactor: 1 / factor,
      growthInterval: period,
      maxScale: WITHOUT_BOUNDS.maxScale,
      minScale: min_loss_scale,
    });
    const params = trace.initial.map(float32);
    let state = machine.init();
    trace.steps.forEach(({ grads, expect: golden }, at) => {
      const where = `step ${at}`;
      expect(state.scale, where).toBe(Math.fround(golden.scale_before));
      const unscaled = times(times(float32Each(grads[0]![0]!), state.scale), inverse(state.scale));
      const finite = allFinite(unscaled);
      expect(finite, where).toBe(golden.finite);
      if (finite)
        unscaled.forEach((grad, p) => grad!.forEach((value, i) => (params[p]![i]! -= Math.fround(Math.fround(trace.lr) * value))));
      state = machine.next(state, finite);
      expect(state.scale, where).toBe(Math.fround(golden.scale_after));
      expect(state.goodSteps, where).toBe(golden.counter);
      golden.params.forEach((param, p) => {
        expect(distance(params[p]!, float32(param)), `${where}, parameter ${p}`).toBeLessThanOrEqual(1e-6);
      });
    });
  });
});
