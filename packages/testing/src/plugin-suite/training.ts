import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { compareBits } from '../compare.ts';
import { expectBits, expectClose, SIZE, wave } from './checks.ts';
import { createNet } from './net.ts';
import type { PluginSuiteOptions } from './options.ts';

/** Variables and gradients. */
export function describeTraining({ format, tf, autocast }: PluginSuiteOptions): void {
  it('keeps variables in float32 where they are used in half', async () => {
    const net = createNet(tf);
    const before = await Promise.all(net.variables.map((variable) => variable.data()));
    const grads = autocast.autocast(`mixed_${format}`, () => tf.variableGrads(net.loss));
    for (const [i, variable] of net.variables.entries()) {
      expect(autocast.storageOf(variable)).toBe('float32');
      expectBits(await variable.data(), before[i] as Float32Array);
    }
    tf.dispose([grads.value, ...Object.values(grads.grads)]);
    net.dispose();
  });

  it('gives gradients of a small net that are close in the format, of the right shape, and not those of float32', async () => {
    const net = createNet(tf);
    const mixed = autocast.autocast(`mixed_${format}`, () => tf.variableGrads(net.loss));
    const exact = autocast.fullPrecision(() => tf.variableGrads(net.loss));
    expectClose(await mixed.value.data(), await exact.value.data(), format, 64);
    let differing = 0;
    for (const variable of net.variables) {
      const [mine, reference] = [mixed.grads[variable.name], exact.grads[variable.name]] as [TensorFlow.Tensor, TensorFlow.Tensor];
      expect([mine.shape, mine.dtype]).toEqual([variable.shape, 'float32']);
      const [values, expected] = [await mine.data(), await reference.data()];
      expectClose(values, expected, format, 64);
      if (!compareBits(values, expected).pass) differing++;
    }
    expect(differing).toBeGreaterThan(0);
    tf.dispose([mixed.value, exact.value, ...Object.values(mixed.grads), ...Object.values(exact.grads)]);
    net.dispose();
  });

  it('runs the backward pass under the policy of the forward pass, wherever it is called', async () => {
    const x = tf.tensor2d(wave(SIZE, 29), [32, 16]);
    const w = tf.tensor2d(wave(SIZE, 31), [16, 32]);
    const inside = tf.grad((input: TensorFlow.Tensor) => autocast.autocast(`mixed_${format}`, () => tf.matMul(input, w)));
    const dy = tf.tensor2d(wave(1024, 37), [32, 32]);
    const [mine, exact] = [inside(x, dy), tf.grad((input: TensorFlow.Tensor) => tf.matMul(input, w))(x, dy)];
    expectClose(await mine.data(), await exact.data(), format, 32);
    expect(compareBits(await mine.data(), await exact.data()).pass).toBe(false);
    tf.dispose([x, w, dy, mine, exact]);
  });
}
