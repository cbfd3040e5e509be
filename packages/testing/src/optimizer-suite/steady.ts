import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import type { RegisteredBackend, WrapOptions } from './options.ts';
import { BAD, GOOD, type Rig } from './rig.ts';

/** Steps in one turn of good and bad ones: whole windows. */
const TURN = [GOOD, GOOD, GOOD, BAD, GOOD, GOOD] as const;

const WAYS: readonly (readonly [string, WrapOptions])[] = [
  ['one by one', {}],
  ['clipped, in windows that a bad step drops', { clipNorm: 1, accumulate: 2, onBadMicroBatch: 'drop-window' }],
  ['clipped, in windows that leave a bad step out', { clipNorm: 1, accumulate: 2, onBadMicroBatch: 'drop-one' }],
];

/** What training holds does not grow, and nothing is read back for the scale. */
export function describeSteady(rig: Rig, backend: () => RegisteredBackend): void {
  const { tf, optimizer: api, policy, wrap, dynamic, light, discard, readbacks = (work) => countReads(tf, work) } = rig;
  /** Tensors, buffers and device bytes; what a pool keeps and what was the highest are not what training holds. */
  const held = (): object => {
    const { numTensors, numDataBuffers } = tf.memory();
    const bytes = Object.entries(backend().memory?.() ?? {}).filter(([name]) => /^(physical|emulated)Bytes$/.test(name));
    return { numTensors, numDataBuffers, dataIds: tf.backend().numDataIds(), ...Object.fromEntries(bytes) };
  };
  /** Runs three turns: the first makes what stays, and the others must leave it as it is. */
  const expectSteady = async (turn: () => void, status: () => Promise<unknown>): Promise<void> => {
    expect(await readbacks(turn)).toBe(0);
    await status();
    const early = held();
    expect(await readbacks(() => [turn, turn].forEach((each) => each()))).toBe(0);
    await status();
    expect(held()).toStrictEqual(early);
  };

  describe('training goes on and on', () => {
    it.each(WAYS)('without a readback and without holding more: %s', async (_way, options) => {
      const { variables, loss } = light();
      const optimizer = wrap(tf.train.adam(), { lossScale: dynamic({ growthInterval: 2 }), ...options });
      const losses = TURN.map((factor) => loss(factor));
      const turn = (): void => {
        for (const each of losses) optimizer.minimize(each, false, variables);
      };
      await expectSteady(turn, () => optimizer.lastStep());
      expect(await optimizer.lossScaleState()).toMatchObject({ scale: options.onBadMicroBatch === undefined ? 8192 : 512 });
      discard(optimizer);
    });

    it('without a readback and without holding more: two optimizers with one scaler', async () => {
      const { variables, loss } = light();
      const lossScale = dynamic({ growthInterval: 3 });
      const scaler = api.gradScaler({ policy, lossScale, skipAll: true, statusEvery: 1000 });
      const optimizers = [tf.train.adam(), tf.train.rmsprop(0.01)] as const;
      const rounds = TURN.map((factor) => [loss(GOOD), loss(factor)] as const);
      const turn = (): void => {
        for (const losses of rounds) {
          for (const [index, optimizer] of optimizers.entries()) {
            const { value, grads } = scaler.variableGrads(losses[index as 0 | 1], variables);
            scaler.step(optimizer, index === 0 ? grads : scaler.unscale(grads), index === 0 ? { clipNorm: 1 } : {});
            value.dispose();
          }
          scaler.update();
        }
      };
      await expectSteady(turn, () => scaler.lastStep());
      expect(await scaler.lossScaleState()).toMatchObject({ skipped: 3, applied: 15 });
      scaler.dispose();
      discard(...optimizers);
    });
  });
}

/** Calls of the present backend's own methods of reading. */
async function countReads(tf: typeof TensorFlow, work: () => void): Promise<number> {
  const backend = tf.backend() as unknown as Record<'read' | 'readSync', (...args: unknown[]) => unknown>;
  const spies = (['read', 'readSync'] as const).map((name) => vi.spyOn(backend, name));
  work();
  await new Promise((resolve) => setTimeout(resolve, 5)); // copies that a step ordered would arrive by now
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return count;
}
