import type * as TensorFlow from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compareUlps } from '../compare.ts';
import type { Clip } from './options.ts';
import { BAD, GOOD, TOO_LARGE, type Rig } from './rig.ts';

/** Gradients of two variables: 3 and 4 in one, 12 in the other; their norm is 13. */
const GRADIENTS = [[3, 4], [12]] as const;
/** What each way of clipping leaves of them. */
const CLIPPED: readonly (readonly [Clip, readonly number[]])[] = [
  [{ clipNorm: 6.5 }, [1.5, 2, 6]],
  [{ clipNorm: 26 }, [3, 4, 12]],
  [{ clipVariableNorm: 2.5 }, [1.5, 2, 2.5]],
  [{ clipValue: 3.5 }, [3, 3.5, 3.5]],
];

/** Clipping: by norm and by value, of what is unscaled. */
export function describeClip({ tf, lossScale, wrap, light, bits, valueOf, discard }: Rig): void {
  /** How far one step of SGD with rate 1 moves two variables that lie at 0. */
  async function moved(clip: Clip, scale: number): Promise<number[]> {
    const variables = GRADIENTS.map((values, index) => tf.tidy(() => tf.variable(tf.zeros([values.length]), true, `v${index}`)));
    const factors = GRADIENTS.map((values) => tf.tensor1d([...values]));
    const optimizer = wrap(tf.train.sgd(1), { lossScale: lossScale.staticLossScale(scale), ...clip });
    const loss = (): TensorFlow.Scalar =>
      tf.add(tf.sum(tf.mul(variables[0]!, factors[0]!)), tf.sum(tf.mul(variables[1]!, factors[1]!))) as TensorFlow.Scalar;
    optimizer.minimize(loss, false, variables);
    const result = [...(await valueOf(variables[0]!)), ...(await valueOf(variables[1]!))].map((value) => -value);
    tf.dispose([variables, factors]);
    discard(optimizer);
    return result;
  }

  describe('clipping', () => {
    it.each(CLIPPED)('%o is done after the gradients are unscaled: the scale does not change what is left', async (clip, wanted) => {
      for (const scale of [1, 2 ** 4, 2 ** 12]) {
        const { pass, message } = compareUlps(await moved(clip, scale), wanted, 4, 'float32');
        expect(pass, message()).toBe(true);
      }
    });

    it.each([{ clipNorm: 1 }, { clipVariableNorm: 1 }, { clipValue: 1 }])('%o hides no infinity from the check', async (clip) => {
      const { variables, loss } = light();
      const optimizer = wrap(tf.train.momentum(0.1, 0.9), clip);
      optimizer.minimize(loss(GOOD), false, variables);
      const before = await bits();
      for (const factor of [BAD, TOO_LARGE, Infinity]) optimizer.minimize(loss(factor), false, variables);
      expect(await bits()).toStrictEqual(before);
      expect(await optimizer.lastStep()).toMatchObject({ applied: false, skipped: 3, appliedSteps: 1, scale: 128 });
      discard(optimizer);
    });
  });
}
