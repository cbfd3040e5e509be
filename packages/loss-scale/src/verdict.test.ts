import { describe, expect, test } from 'vitest';
import type { LossScale, LossScaleState } from './index.ts';
import { dynamicLossScale, lossScaleVerdict, noLossScale, staticLossScale } from './index.ts';

function skipped(machine: LossScale, steps: number): LossScaleState {
  return Array.from({ length: steps }).reduce((state: LossScaleState) => machine.next(state, false), machine.init());
}

describe('the verdict', () => {
  test('is ok from the start and after a few skips', () => {
    const machine = dynamicLossScale();
    expect(lossScaleVerdict(machine, machine.init())).toEqual({ status: 'ok' });
    expect(lossScaleVerdict(machine, skipped(machine, 16))).toEqual({ status: 'ok' });
  });

  test('warns while a dynamic scale is below 1, with the scale and what to do', () => {
    const machine = dynamicLossScale();
    const { status, message } = lossScaleVerdict(machine, skipped(machine, 17));
    expect(status).toBe('warn');
    expect(message).toMatch(/^\[loss-scale\] .* got 0\.5 after 17 skipped steps .*clip them, lower the learning rate, or use bfloat16/);
  });

  test('does not warn about a static scale below 1, which is what the user asked for', () => {
    expect(lossScaleVerdict(staticLossScale(0.5), staticLossScale(0.5).init())).toEqual({ status: 'ok' });
  });

  test('is to give up from 100 skips in a row and not one earlier', () => {
    const machine = dynamicLossScale();
    expect(lossScaleVerdict(machine, skipped(machine, 99)).status).toBe('warn');
    const { status, message } = lossScaleVerdict(machine, skipped(machine, 100));
    expect(status).toBe('give-up');
    expect(message).toMatch(/got 100 \(limit 100\) at a dynamic loss scale of 0\.00006103515625; 0 steps were applied before/);
    expect(message).toMatch(/lower the learning rate, or run the op that overflows in float32/);
  });

  test('names the first gradient that is not finite where it is known', () => {
    const machine = dynamicLossScale({ maxConsecutiveSkips: 1 });
    const bad = skipped(machine, 1);
    expect(lossScaleVerdict(machine, bad, { firstBad: 'dense_1/kernel' }).message).toContain('that of dense_1/kernel.');
    expect(lossScaleVerdict(machine, bad).message).not.toContain('The first gradient');
  });

  test('takes skips in a row, not in all', () => {
    const machine = dynamicLossScale({ maxConsecutiveSkips: 2 });
    const state = [false, true, false, true, false].reduce((before, finite) => machine.next(before, finite), machine.init());
    expect(state.skipped).toBe(3);
    expect(lossScaleVerdict(machine, state).status).toBe('ok');
  });

  test('of a scale that cannot move says so', () => {
    const fixed = staticLossScale(1024, { maxConsecutiveSkips: 3 });
    expect(lossScaleVerdict(fixed, skipped(fixed, 3)).message).toMatch(
      /at a static loss scale of 1024.* Lower the static scale, or use dynamicLossScale/,
    );
    const none = noLossScale({ maxConsecutiveSkips: 3 });
    expect(lossScaleVerdict(none, skipped(none, 3)).message).toMatch(/without a loss scale/);
  });
});
