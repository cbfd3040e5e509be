import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LossScale } from '@halftone/loss-scale';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { DeviceScale } from '../../src/device-scale.ts';
import { unpack } from '../../src/scale-on-device.ts';

let tensors = 0;

/** Moves a device scale by one step whose two flags are alike, and returns what the device then holds. */
function advance(scale: DeviceScale, finite: boolean): ReturnType<typeof unpack> {
  const flag = tf.tensor1d([finite], 'bool');
  const firstBad = tf.tensor1d([finite ? -1 : 0]);
  scale.advance({ finite: flag, applied: flag, firstBad });
  const packed = scale.pack();
  const state = unpack(packed.dataSync());
  tf.dispose([flag, firstBad, packed]);
  return state;
}

/** Steps the device and the pure machine side by side. */
function compare(machine: LossScale, flags: readonly boolean[]): void {
  const device = new DeviceScale(machine);
  let pure = machine.init();
  for (const [step, finite] of flags.entries()) {
    pure = machine.next(pure, finite);
    const { firstBad, ...state } = advance(device, finite);
    expect(state, `step ${step}`).toStrictEqual(pure);
    expect(firstBad).toBe(finite ? -1 : 0);
  }
  device.dispose();
}

describe.each(['cpu', 'wasm'])('the scale on the device (%s)', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('equals the pure machine bit for bit over 3000 random steps with the default factors', () => {
    const machine = dynamicLossScale({ growthInterval: 5 });
    const flags = fc.sample(fc.array(fc.boolean(), { minLength: 3000, maxLength: 3000 }), { numRuns: 1, seed: 1 })[0]!;
    compare(machine, flags);
  });

  it('equals the pure machine for any factors, bounds and hysteresis', () => {
    const rule = fc.record({
      growthFactor: fc.oneof(fc.constantFrom(1.5, 2, 3, 1.7, 1.1), fc.double({ min: 1.01, max: 8, noNaN: true })),
      backoffFactor: fc.oneof(fc.constantFrom(0.5, 0.75, 0.3, 0.9), fc.double({ min: 0.05, max: 0.99, noNaN: true })),
      growthInterval: fc.integer({ min: 1, max: 4 }),
      hysteresis: fc.integer({ min: 1, max: 3 }),
      initialScale: fc.constantFrom(1, 7, 1000, 65536),
    });
    fc.assert(
      fc.property(rule, fc.array(fc.boolean(), { minLength: 30, maxLength: 60 }), (options, flags) =>
        compare(dynamicLossScale(options), flags),
      ),
      { numRuns: 40, seed: 2 },
    );
  });

  it('never moves a static scale and still counts', () => {
    compare(staticLossScale(128), [true, false, false, true]);
  });

  it('goes on from a restored state', () => {
    const machine = dynamicLossScale({ growthInterval: 3 });
    const device = new DeviceScale(machine);
    const state = { scale: 8, goodSteps: 2, skippedInRow: 0, skipped: 4, applied: 9 };
    device.restore(state);
    expect(advance(device, true)).toStrictEqual({ ...machine.next(state, true), firstBad: -1 });
    device.dispose();
  });

  it('replaces the scale by hand and leaves the counters', () => {
    const device = new DeviceScale(dynamicLossScale());
    advance(device, true);
    device.setScale(4);
    expect(advance(device, true)).toStrictEqual({ scale: 4, goodSteps: 2, skippedInRow: 0, skipped: 0, applied: 2, firstBad: -1 });
    device.dispose();
  });
});
