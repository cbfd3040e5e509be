import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FusedKind, FusedStepRequest } from '@halftone/autocast';
import { toStorage } from '@halftone/autocast';
import '@halftone/testing/matchers';
import { KINDS, UPDATE_RULES } from '../../src/optimizer/update-rules.ts';
import type { OptimizerDevice } from '../gpu/optimizer-device.ts';
import { optimizerDevice, tensorOf } from '../gpu/optimizer-device.ts';

let device: OptimizerDevice;
beforeAll(async () => {
  device = await optimizerDevice();
});
afterAll(() => device?.handle.dispose());

const SIZES = [13, 64, 1, 1000, 8, 3, 260];
const RATES = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.9, rho: 0.95, momentum: 0.9 };
const RULE = { growthFactor: 2, backoffFactor: 0.5, growthInterval: 2, minScale: 1, maxScale: 2 ** 24, hysteresis: 1 };
const SCALE = 1024;

const numbers = async (tensor: tf.Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());
const wave = (size: number, seed: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + seed));

/** One step that checks, on tensors made anew: everything that it gives, and what was there before. */
async function step(
  kind: FusedKind,
  {
    maxStorageBuffers,
    clip = {},
    bad = false,
    half = null,
  }: { maxStorageBuffers: number; clip?: object; bad?: boolean; half?: 'float16' | 'bfloat16' | null },
): Promise<{ before: Float32Array[]; after: Float32Array[]; state: Float32Array; seed: Float32Array; applied: number }> {
  const { slots, powers } = UPDATE_RULES[kind];
  const request: FusedStepRequest = {
    kind,
    rates: RATES,
    variables: SIZES.map((size, index) => {
      const gradient = wave(size, index).map((value) => Math.fround(Math.round(value * 64) / 64) * SCALE);
      if (bad && index === 4) gradient[size - 1] = NaN;
      const wide = tf.tensor1d(gradient);
      return {
        gradient: half === null ? wide : toStorage(wide, half),
        value: tf.tensor1d(wave(size, index + 20)),
        slots: Array.from({ length: slots }, (_, at) =>
          tf.tensor1d(wave(size, index + 40 + at).map((value) => (value * value + 1) / (at === 2 ? 10 : 1))),
        ), // the mean gradient of centered RMSProp is below its root mean square
        decay: index % 2 === 0 ? 0.1 : 0,
      };
    }),
    powers: powers === 'none' ? [] : [0.5, 0.75].map((value) => tf.tensor1d([value])),
    clip,
    state: tf.tensor1d([SCALE, 1, 0, 3, 4, -1]),
    unscale: true,
    verdict: { by: 'check', rule: RULE },
  };
  const held = [...request.variables.flatMap(({ value, slots: each }) => [value, ...each]), ...request.powers] as tf.Tensor[];
  const before = await Promise.all(held.map(numbers));
  const result = device.fused({ maxStorageBuffers }).step(request);
  const made = [...result.variables.flatMap(({ value, slots: each }) => [value, ...each]), ...result.powers].map(tensorOf);
  const [state, seed, applied] = [result.scale!.state, result.scale!.seed, result.scale!.applied!].map(tensorOf) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  for (const [index, tensor] of held.entries()) expect(await numbers(tensor), 'what was held').toBeBitEqual(before[index]!);
  const answer = {
    before,
    after: await Promise.all(made.map(numbers)),
    state: await numbers(state),
    seed: await numbers(seed),
    applied: (await applied.data())[0] as number,
  };
  tf.dispose([
    held,
    made,
    state,
    seed,
    applied,
    request.state as tf.Tensor,
    request.variables.map(({ gradient }) => gradient as tf.Tensor),
  ]);
  return answer;
}

describe.each(KINDS)('%s', (kind) => {
  const clips = [{}, ...(['sgd', 'adam', 'lamb'].includes(kind) ? [{ norm: 0.5 }, { variableNorm: 0.25 }, { value: 0.125 }] : [])];
  it.each(clips)('gives the same bits in packs for 8 and for 16 buffers: %o', async (clip) => {
    const [eight, sixteen] = [await step(kind, { maxStorageBuffers: 8, clip }), await step(kind, { maxStorageBuffers: 16, clip })];
    for (const [index, wanted] of sixteen.after.entries()) {
      expect(wanted.every(Number.isFinite)).toBe(true);
      if ('norm' in clip) expect(eight.after[index]).toBeWithinUlps(wanted, 8, 'float32');
      else expect(eight.after[index]).toBeBitEqual(wanted);
    }
    expect([...sixteen.state]).toStrictEqual([2 * SCALE, 0, 0, 3, 5, -1]);
    expect([...sixteen.seed]).toStrictEqual([2 * SCALE]);
    expect(sixteen.applied).toBe(1);
    expect(sixteen.after[0]).not.toEqual(sixteen.before[0]);
  });

  it('leaves every bit as it was when a gradient is bad, and says which', async () => {
    for (const maxStorageBuffers of [8, 16]) {
      const { before, after, state, seed, applied } = await step(kind, { maxStorageBuffers, bad: true });
      for (const [index, wanted] of before.entries()) expect(after[index]).toBeBitEqual(wanted);
      expect([...state]).toStrictEqual([SCALE / 2, 0, 1, 4, 4, 4]);
      expect([...seed]).toStrictEqual([SCALE / 2]);
      expect(applied).toBe(0);
    }
  });

  it.each(['float16', 'bfloat16'] as const)('takes gradients in %s that hold the same numbers for the same step', async (half) => {
    const [wide, narrow] = [await step(kind, { maxStorageBuffers: 16 }), await step(kind, { maxStorageBuffers: 16, half })];
    for (const [index, wanted] of wide.after.entries()) expect(narrow.after[index]).toBeBitEqual(wanted);
  });
});
