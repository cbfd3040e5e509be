import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { expect } from 'vitest';
import type { PrecisionPlugin } from '@halftone/autocast';
import { pluginFor } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { NodeHandle } from '../../src/index.ts';
import { useNode } from '../../src/index.ts';
import type { NodeBackend } from '../../src/library/node-backend.ts';
import type { TfjsBinding } from '../../src/library/tfjs-binding.ts';
import type { FusedOptimizer } from '../../src/optimizer/contract.ts';

/** The plug-in as current backend, whose fused steps can be switched off, and the native binding behind it. */
export interface OptimizerDevice {
  readonly handle: NodeHandle;
  readonly fused: FusedOptimizer;
  readonly native: TfjsBinding;
  readonly use: (how: 'fused' | 'plain') => void;
}

export async function optimizerDevice(): Promise<OptimizerDevice> {
  const handle = await useNode();
  const plugin = pluginFor(handle.backendName) as { -readonly [K in keyof PrecisionPlugin]: PrecisionPlugin[K] };
  const fused = plugin.fusedOptimizer as FusedOptimizer;
  const use: OptimizerDevice['use'] = (how) => {
    if (how === 'plain') delete plugin.fusedOptimizer;
    else plugin.fusedOptimizer = fused;
  };
  return { handle, fused, native: (tf.backend() as NodeBackend).binding, use };
}

export const tensorOf = (info: tf.TensorInfo): tf.Tensor => tf.engine().makeTensorFromTensorInfo(info);

/** The numbers of every registered variable, in the order in which they were made. */
export async function variableNumbers(): Promise<Float32Array[]> {
  const variables = Object.values(tf.engine().registeredVariables);
  return Promise.all(variables.map(async (variable) => Float32Array.from(await variable.data())));
}

/** Equal bits, tensor by tensor. */
export function expectSame(found: readonly Float32Array[], wanted: readonly Float32Array[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) expect(numbers, `tensor ${index}`).toBeBitEqual(wanted[index]!);
}

/** Within `relative` of the largest number of each tensor. */
export function expectNear(found: readonly Float32Array[], wanted: readonly Float32Array[], relative: number): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, numbers] of found.entries()) {
    const reference = wanted[index]!;
    const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const apart = numbers.reduce((most, value, at) => Math.max(most, Math.abs(value - reference[at]!)), 0);
    expect(apart, `tensor ${index}`).toBeLessThanOrEqual(relative * largest);
  }
}

/** Variables of many ranks: the largest goes by itself, the others lie in one vector. */
export const SHAPES: readonly (readonly number[])[] = [[24, 40], [40], [300, 250], [3], [2, 2, 3, 4], [], [1], [7]];

export function variablesOf(shapes: readonly (readonly number[])[] = SHAPES): tf.Variable[] {
  return shapes.map((shape, index) =>
    tf.tidy(() => tf.variable(tf.randomUniform([...shape], -1, 1, 'float32', index + 1), true, `w${index}`)),
  );
}

/** Gradients of one step, large and small ones, times a factor; made on the host. */
export function gradientsOf(variables: readonly tf.Variable[], step: number, factor: number): { name: string; tensor: tf.Tensor }[] {
  return variables.map(({ name, shape, size }, index) => {
    const values = Float32Array.from(
      { length: size },
      (_, i) => Math.sin(i * 12.9898 + step * 78.233 + index) * 10 ** ((index % 3) * 2 - 2) * factor,
    );
    return { name, tensor: tf.tensor(values, shape) };
  });
}
