import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrecisionPlugin } from '@halftone/autocast';
import { pluginFor } from '@halftone/autocast';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { goldenJson, requireOrSkip } from '@halftone/testing';
import { dawn } from '@halftone/testing/dawn';
import { FusedScale } from '../../src/fused-scale.ts';
import { adamW, lamb, mixedPrecisionOptimizer } from '../../src/index.ts';
import { unpack } from '../../src/scale-on-device.ts';
import type { FusedDevices } from './fused-device.ts';
import { fusedDevices } from './fused-device.ts';

interface Problem {
  shapes: number[][];
  initial: number[][];
  gradients: number[][][];
}
interface Trace {
  system: string;
  type: string;
  args: Record<string, number | boolean>;
  params: number[][][];
}

const vulkan = await requireOrSkip('vulkan');
const problem = goldenJson<Problem>('optim/problem.json');
const { traces } = goldenJson<{ traces: Trace[] }>('optim/traces.json');
const WITH_TFJS_EPSILON = 1e-7;

const MAKERS: Readonly<Record<string, (args: Record<string, number>) => tf.Optimizer>> = {
  'tfjs sgd': ({ lr }) => tf.train.sgd(lr!),
  'tfjs momentum': ({ lr, momentum, nesterov }) => tf.train.momentum(lr!, momentum!, Boolean(nesterov)),
  'tfjs adam': ({ lr, beta1, beta2 }) => tf.train.adam(lr!, beta1, beta2),
  'tfjs rmsprop': ({ lr, rho, momentum }) => tf.train.rmsprop(lr!, rho, momentum),
  'tfjs adagrad': ({ lr }) => tf.train.adagrad(lr!),
  'tfjs adamax': ({ lr, beta1, beta2 }) => tf.train.adamax(lr!, beta1, beta2),
  'tfjs adadelta': ({ lr, rho }) => tf.train.adadelta(lr, rho),
  'torch AdamW': () => adamW(0.01, { weightDecay: 0.05, epsilon: 1e-8 }),
  'keras Lamb': () => lamb(0.01, { weightDecay: 0, epsilon: WITH_TFJS_EPSILON }),
};
const cases = traces.flatMap((trace) => {
  const make = MAKERS[`${trace.system} ${trace.type}`];
  return make === undefined ? [] : [[`${trace.system} ${trace.type} ${JSON.stringify(trace.args)}`, trace, make] as const];
});

let devices: FusedDevices;

describe.skipIf(!vulkan.available)('fused steps against other systems', () => {
  beforeAll(async () => {
    await dawn();
    devices = await fusedDevices();
    await devices.use('fused');
  });
  afterAll(() => devices?.dispose());

  it.each(cases)('%s: 50 steps', async (_name, trace, make) => {
    const weights = problem.initial.map((initial, index) =>
      tf.tidy(() => tf.variable(tf.tensor(initial, problem.shapes[index]), true, `w${index}`)),
    );
    const optimizer = mixedPrecisionOptimizer(make(trace.args as Record<string, number>), { lossScale: staticLossScale(2 ** 10) });
    for (const [step, expected] of trace.params.entries()) {
      const gradients = problem.gradients[step]!.map((values, index) => ({
        name: `w${index}`,
        tensor: tf.tensor(values, problem.shapes[index]),
      }));
      optimizer.applyGradients(gradients);
      tf.dispose(gradients.map(({ tensor }) => tensor));
      if (step % 10 !== 9 && step > 1) continue;
      for (const [index, weight] of weights.entries()) {
        for (const [at, value] of (await weight.data()).entries()) {
          const wanted = expected[index]![at]!;
          expect(Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)), `step ${step}, w${index}[${at}]`).toBeLessThanOrEqual(1e-5);
        }
      }
    }
    expect(optimizer.stepPath).toBe('fused');
    optimizer.dispose();
    tf.dispose(weights);
  });

  it('the scale moves as the pure machine does, for any factors, bounds and hysteresis', async () => {
    const { fusedOptimizer } = pluginFor(devices.fusing.backendName) as PrecisionPlugin;
    const rule = fc.record({
      growthFactor: fc.oneof(fc.constantFrom(1.5, 2, 3, 1.7, 1.1, 1e300), fc.double({ min: 1.01, max: 8, noNaN: true })),
      backoffFactor: fc.oneof(fc.constantFrom(0.5, 0.75, 0.3, 0.9, 1e-310), fc.double({ min: 0.05, max: 0.99, noNaN: true })),
      growthInterval: fc.integer({ min: 1, max: 4 }),
      hysteresis: fc.integer({ min: 1, max: 3 }),
      initialScale: fc.constantFrom(1, 7, 1000, 65536),
      maxScale: fc.constantFrom(2 ** 24, 2 ** 127),
      minScale: fc.constantFrom(2 ** -14, 2 ** -126),
    });
    const runs = fc.array(fc.boolean(), { minLength: 25, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(rule, runs, async (options, flags) => {
        const machine = dynamicLossScale(options);
        const scale = new FusedScale(machine, fusedOptimizer!);
        let pure = machine.init();
        const packs = flags.map((finite) => {
          const [flag, firstBad] = [tf.tensor1d([finite], 'bool'), tf.tensor1d([finite ? -1 : 3])];
          scale.advance({ finite: flag, applied: flag, firstBad });
          pure = machine.next(pure, finite);
          tf.dispose([flag, firstBad]);
          return { packed: scale.pack(), seed: scale.scale.clone(), wanted: { ...pure, firstBad: finite ? -1 : 3 } };
        });
        for (const [step, { packed, seed, wanted }] of packs.entries()) {
          expect(unpack(await packed.data()), `step ${step}`).toStrictEqual(wanted);
          expect((await seed.data())[0]).toBe(wanted.scale);
          tf.dispose([packed, seed]);
        }
        scale.setScale(machine.options.minScale);
        const [packed, seed] = [scale.pack(), scale.scale];
        expect(unpack(await packed.data())).toMatchObject({ ...pure, scale: machine.options.minScale });
        expect((await seed.data())[0]).toBe(machine.options.minScale);
        packed.dispose();
        scale.dispose();
      }),
      { numRuns: 12, seed: 2 },
    );
  });
});
