import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Wrapped } from './options.ts';
import { BAD, GOOD, MODEL, TOO_LARGE, type Rig } from './rig.ts';

const BEFORE = [GOOD, BAD, GOOD, GOOD] as const;
const AFTER = [GOOD, GOOD, GOOD, TOO_LARGE, GOOD] as const;

/** Training that goes on from what was saved. */
export function describeResume({ tf, optimizer: api, wrap, dynamic, problem, bits, numbers, discard }: Rig): void {
  const lossScale = dynamic({ growthInterval: 5 });
  const registered = (): TensorFlow.Variable[] => Object.values(tf.engine().registeredVariables);

  describe('a training that is saved', () => {
    it.each([
      ['momentum', () => tf.train.momentum(0.02, 0.9)],
      ['rmsprop', () => tf.train.rmsprop(0.005, 0.9, 0.5)],
    ] as const)('%s: goes on in new objects bit for bit, and its scale grows at the step at which it would have', async (_name, make) => {
      const { variables, loss } = problem();
      const train = (optimizer: Wrapped, factors: readonly number[]): void => {
        for (const factor of factors) optimizer.minimize(loss(factor), false, variables);
      };
      const one = wrap(make(), { lossScale });
      train(one, BEFORE);
      const state = await one.lossScaleState();
      const scale = JSON.stringify(one);
      const model = registered().filter(({ name }) => MODEL.some((own) => own === name));
      const weights = await api.snapshot(model);
      const given = await one.getWeights(); // the counter is made for the caller, the rest are the slots themselves
      const slots = given.map(({ name, tensor }, index) => ({ name, tensor: index === 0 ? tensor : tensor.clone() }));
      train(one, AFTER);
      const [wanted, wantedState] = [await numbers(), await one.lossScaleState()];
      discard(one);

      api.restoreSnapshot(model, weights);
      const two = wrap(make(), { lossScale });
      await two.setWeights(slots);
      two.restore(JSON.parse(scale) as ReturnType<Wrapped['toJSON']>);
      expect(await two.lossScaleState()).toStrictEqual(state);
      train(two, AFTER);
      expect(await two.lossScaleState()).toStrictEqual(wantedState);
      expect(wantedState).toMatchObject({ scale: 512, skipped: 2, applied: 7, goodSteps: 1 });
      expect(two.iterations).toBe(7);
      // made in another order: slots and weights are the same set of numbers
      const sorted = (all: readonly (readonly number[])[]): string[] => all.map((each) => each.join()).sort();
      expect(sorted(await numbers())).toStrictEqual(sorted(wanted));
      discard(two);
      tf.dispose(slots.map(({ tensor }) => tensor));
    });

    it('as a snapshot of weights, slots and statistics takes the same steps again, bit for bit', async () => {
      const { variables, loss } = problem();
      const optimizer = wrap(tf.train.adam(0.01), { lossScale });
      const train = (factors: readonly number[]): void => {
        for (const factor of factors) optimizer.minimize(loss(factor), false, variables);
      };
      train(BEFORE);
      const before = await bits();
      await optimizer.lossScaleState();
      const [saved, scale] = [await api.snapshot(registered()), optimizer.toJSON()];
      train(AFTER);
      const after = await bits();
      api.restoreSnapshot(registered().reverse(), saved);
      optimizer.restore(scale);
      expect(await bits()).toStrictEqual(before);
      train(AFTER);
      expect(await bits()).toStrictEqual(after);
      expect(after).not.toStrictEqual(before);
      discard(optimizer);
    });
  });
}
