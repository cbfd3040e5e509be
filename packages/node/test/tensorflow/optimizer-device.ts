import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import { expect } from 'vitest';
import type { FusedOptimizer, PrecisionPlugin } from '@halftone/autocast';
import { pluginFor } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { NodeHandle } from '../../src/index.ts';
import { useNode } from '../../src/index.ts';
import type { NodeBackend } from '../../src/library/node-backend.ts';
import type { TfjsBinding } from '../../src/library/tfjs-binding.ts';

/** The plug-in as current backend, whose fused steps can be switched off, and the native binding behind it. */
export interface OptimizerDevice {
  readonly handle: NodeHandle;
  readonly fused: FusedOptimizer;
  /** Handles inside TensorFlow now. */
  readonly handles: () => number;
  /** Calls of TensorFlow's ops while `work` runs, the plug-in's own ones among them. */
  readonly countOps: (work: () => void) => number;
  readonly use: (how: 'fused' | 'plain') => void;
}

createRequire(import.meta.url)('@tensorflow/tfjs-node');
await tf.setBackend('tensorflow');
const native = (tf.backend() as NodeBackend).binding; // before it is wrapped
let calls = 0;

/** The native binding, whose properties cannot be changed, with a counter. */
function countingBinding(): TfjsBinding {
  const source = native as unknown as Readonly<Record<string, unknown>>;
  const counting: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(native)) counting[name] = source[name];
  counting['executeOp'] = (...given: Parameters<TfjsBinding['executeOp']>) => {
    calls++;
    return native.executeOp(...given);
  };
  return counting as unknown as TfjsBinding;
}

/** Registers the plug-in on a native binding that counts; `dispose` of the handle leaves that one in place. */
export async function optimizerDevice(): Promise<OptimizerDevice> {
  (tf.backend() as NodeBackend).binding = countingBinding();
  const handle = await useNode();
  const plugin = pluginFor(handle.backendName) as { -readonly [K in keyof PrecisionPlugin]: PrecisionPlugin[K] };
  const fused = plugin.fusedOptimizer as FusedOptimizer;
  const use: OptimizerDevice['use'] = (how) => {
    if (how === 'plain') delete plugin.fusedOptimizer;
    else plugin.fusedOptimizer = fused;
  };
  const countOps = (work: () => void): number => {
    calls = 0;
    work();
    return calls;
  };
  return { handle, fused, handles: () => native.getNumOfTensors(), countOps, use };
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
