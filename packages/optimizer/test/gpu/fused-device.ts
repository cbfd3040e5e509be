import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { PrecisionPlugin } from '@halftone/autocast';
import { pluginFor } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { registerWebGPU } from '@halftone/webgpu';

/** Two backends: one that fuses, whose fused steps can be switched off, and one that runs op by op. */
export interface FusedDevices {
  readonly fusing: WebGPUHandle;
  readonly plain: WebGPUHandle;
  /** Makes one of them current: `fused`, `graph` (fuses, but takes its steps op by op), or `plain`. */
  readonly use: (how: 'fused' | 'graph' | 'plain') => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export async function fusedDevices(): Promise<FusedDevices> {
  const fusing = await registerWebGPU({ fusion: 'on' });
  const plain = await registerWebGPU({ fusion: 'off', backendName: 'halftone-webgpu-plain' });
  const plugin = pluginFor(fusing.backendName) as { -readonly [K in keyof PrecisionPlugin]: PrecisionPlugin[K] };
  const { fusedOptimizer } = plugin;
  if (fusedOptimizer === undefined) throw new Error('the plug-in has no fused steps');
  return {
    fusing,
    plain,
    use: async (how) => {
      if (how === 'graph') delete plugin.fusedOptimizer;
      else plugin.fusedOptimizer = fusedOptimizer;
      await tf.setBackend(how === 'plain' ? plain.backendName : fusing.backendName);
    },
    dispose: async () => {
      await tf.setBackend('cpu');
      fusing.dispose();
      plain.dispose();
    },
  };
}

/** The numbers of every registered variable, in the order in which they were made. Waits for the GPU. */
export async function variableNumbers(): Promise<Float32Array[]> {
  const variables = Object.values(tf.engine().registeredVariables);
  return Promise.all(variables.map(async (variable) => Float32Array.from(await variable.data())));
}

/** Every variable of two runs: equal bits. */
export function expectSame(found: readonly Float32Array[], wanted: readonly Float32Array[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) expect(numbers, `variable ${index}`).toBeBitEqual(wanted[index]!);
}

/** Every number of two runs within `relative` of the largest number in its variable. */
export function expectNear(found: readonly Float32Array[], wanted: readonly Float32Array[], relative: number): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) {
    const reference = wanted[index]!;
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [at, value] of numbers.entries()) {
      expect(Math.abs(value - reference[at]!), `variable ${index}[${at}]: ${value} for ${reference[at]}`).toBeLessThanOrEqual(
        relative * largest,
      );
    }
  }
}

/** Six variables of odd and even sizes. */
export function sixVariables(): tf.Variable[] {
  return [[24, 40], [40], [40, 3], [3], [7], [1]].map((shape, index) =>
    tf.tidy(() => tf.variable(tf.randomUniform(shape, -1, 1, 'float32', index + 1), true, `w${index}`)),
  );
}

/** Their gradients in one step: large and small ones, times a factor; made on the host, so the same on every backend. */
export function gradientsOf(variables: readonly tf.Variable[], step: number, factor: number): { name: string; tensor: tf.Tensor }[] {
  return variables.map(({ name, shape, size }, index) => {
    const values = Float32Array.from(
      { length: size },
      (_, i) => Math.sin(i * 12.9898 + step * 78.233 + index) * 10 ** ((index % 3) * 2 - 2) * factor,
    );
    return { name, tensor: tf.tensor(values, shape) };
  });
}

/** Two layers with a moving statistic; six trainable variables of odd and even sizes. */
export function problem(): { variables: tf.Variable[]; loss: (factor: tf.Tensor) => () => tf.Scalar; dispose: () => void } {
  const variables = sixVariables();
  const moving = tf.tidy(() => tf.variable(tf.zeros([40]), false));
  const x = tf.randomUniform([32, 24], -1, 1, 'float32', 9) as tf.Tensor2D;
  const [w0, w1, w2, w3, w4, w5] = variables as [tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable];
  const loss = (factor: tf.Tensor) => (): tf.Scalar =>
    tf.tidy(() => {
      const hidden = tf.tanh(tf.add(tf.matMul(x, w0 as unknown as tf.Tensor2D), w1)) as tf.Tensor2D;
      moving.assign(tf.add(tf.mul(moving, 0.9), tf.mul(tf.mean(hidden, 0), 0.1)));
      const outputs = tf.add(tf.matMul(hidden, w2 as unknown as tf.Tensor2D), w3);
      const rest = tf.add(tf.sum(tf.square(w4)), tf.sum(tf.square(w5)));
      return tf.mul(tf.add(tf.mean(tf.square(outputs)), rest), factor) as tf.Scalar;
    });
  return { variables, loss, dispose: () => x.dispose() };
}
