import { goldenJson } from '@halftone/testing';
import { describe, expect, test } from 'vitest';
import { dynamicLossScale } from '../../src/index.ts';
import { float32, float32Each } from './gradients.ts';
import { distance } from './near.ts';
import type { TorchCase } from './torch-replay.ts';
import { TorchReplay } from './torch-replay.ts';

const { cases } = goldenJson<{ cases: readonly TorchCase[] }>('loss_scale/torch.json');
const sound = cases.filter(({ note }) => !note.includes('KNOWN DEFECT'));
const defects = cases.filter(({ note }) => note.includes('KNOWN DEFECT'));

test('the traces of GradScaler are all there', () => {
  expect(sound.length).toBe(23);
  expect(defects.map(({ name }) => name)).toEqual(['collapse_to_zero']);
});

describe.each(sound.map((trace) => ({ name: trace.name, trace })))('GradScaler trace $name', ({ trace }) => {
  test('gives the same: scale, tracker, flags and scaled gradients are exact, parameters within 1e-6', () => {
    const replay = new TorchReplay(trace);
    trace.steps.forEach((step, at) => {
      const before = replay.params.map((list) => list.map((param) => param.slice()));
      const sight = replay.step(step);
      const { expect: golden } = step;
      const where = `step ${at}`;
      expect(sight.scaleBefore, where).toBe(Math.fround(golden.scale_before));
      expect(sight.scaledGrads, where).toEqual(golden.scaled_grads.map(float32Each));
      expect(sight.foundInf, where).toEqual(golden.found_inf);
      expect(sight.stepped, where).toEqual(golden.stepped);
      expect(sight.state.scale, where).toBe(Math.fround(golden.scale_after));
      if (trace.config.enabled !== false) expect(sight.state.goodSteps, where).toBe(golden.growth_tracker);
      golden.clip_norm?.forEach((norm, o) => {
        expect(distance(float32([sight.clipNorms[o]!]), float32([norm])), where).toBeLessThanOrEqual(1e-6);
      });
      if (golden.reloaded_state !== undefined) {
        expect(sight.scaleBefore, where).toBe(Math.fround(golden.reloaded_state.scale));
      }
      golden.params.forEach((list, o) =>
        list.forEach((param, p) => {
          const actual = replay.params[o]![p]!;
          expect(distance(actual, float32(param)), `${where}, parameter ${o}/${p}`).toBeLessThanOrEqual(1e-6);
          if (golden.stepped[o] === false) expect(actual, `${where}, skipped ${o}/${p}`).toEqual(before[o]![p]);
        }),
      );
    });
    if (trace.final_state.scale !== undefined) {
      expect(replay.state.scale).toBe(Math.fround(trace.final_state.scale));
      expect(replay.state.goodSteps).toBe(trace.final_state._growth_tracker);
    }
  });
});

describe.each(defects.map((trace) => ({ name: trace.name, trace })))('GradScaler defect $name', ({ trace }) => {
  test('does not happen with our floor: the scale stays above 0 and no parameter becomes NaN', () => {
    const machine = dynamicLossScale({ initialScale: 2 ** -13, growthInterval: 50 });
    const replay = new TorchReplay(trace, machine);
    const scales = trace.steps.map((step) => replay.step(step).state.scale);
    expect(Math.min(...scales)).toBe(machine.options.minScale);
    expect(replay.params.flat().every((param) => param.every((value) => Number.isFinite(value)))).toBe(true);
    expect(trace.final_state.scale).toBe(0);
  });
});
