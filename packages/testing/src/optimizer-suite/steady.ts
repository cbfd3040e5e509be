import { describe, expect, it } from 'vitest';
import type { RegisteredBackend } from './options.ts';
import { BAD, GOOD, type Rig } from './rig.ts';

/** Steps in one turn of good and bad ones; the same number of windows in each. */
const TURN = 6;

/** What training holds does not grow. */
export function describeSteady({ tf, optimizer: api, policy, wrap, dynamic, problem, discard }: Rig, backend: () => RegisteredBackend): void {
  /** Tensors, buffers and device bytes; what a pool keeps and what was the highest are not what training holds. */
  const held = (): object => {
    const { numTensors, numDataBuffers } = tf.memory();
    const bytes = Object.entries(backend().memory?.() ?? {}).filter(([name]) => /^(physical|emulated)Bytes$/.test(name));
    return { numTensors, numDataBuffers, dataIds: tf.backend().numDataIds(), ...Object.fromEntries(bytes) };
  };

  describe('training', () => {
    it.each(['drop-window', 'drop-one'] as const)('holds as much after many steps as after a few, skipped ones included (%s)', async (rule) => {
      const { variables, loss } = problem();
      const how = { lossScale: dynamic({ growthInterval: 2 }), accumulate: 2, onBadMicroBatch: rule, clipNorm: 1, statusEvery: 3 };
      const optimizer = wrap(tf.train.adam(), how);
      const losses = Array.from({ length: TURN }, (_, step) => loss(step === 3 ? BAD : GOOD));
      const turns = async (count: number): Promise<object> => {
        for (let turn = 0; turn < count; turn++) for (const each of losses) optimizer.minimize(each, false, variables);
        await optimizer.lastStep();
        return held();
      };
      const early = await turns(2);
      expect(await turns(5)).toStrictEqual(early);
      discard(optimizer);
    });

    it('with a scaler and two optimizers holds as much, too', async () => {
      const { variables, loss } = problem();
      const scaler = api.gradScaler({ policy, lossScale: dynamic({ growthInterval: 3 }), skipAll: true, statusEvery: 3 });
      const optimizers = [tf.train.adam(), tf.train.rmsprop(0.01)] as const;
      const turns = async (count: number): Promise<object> => {
        for (let step = 0; step < count * TURN; step++) {
          for (const [index, optimizer] of optimizers.entries()) {
            const { value, grads } = scaler.variableGrads(loss(step % TURN === 3 && index === 1 ? BAD : GOOD), variables);
            scaler.step(optimizer, index === 0 ? grads : scaler.unscale(grads), index === 0 ? { clipNorm: 1 } : {});
            value.dispose();
          }
          scaler.update();
        }
        await scaler.lastStep();
        return held();
      };
      const early = await turns(2);
      expect(await turns(3)).toStrictEqual(early);
      scaler.dispose();
      discard(...optimizers);
    });
  });
}
