import * as tf from '@tensorflow/tfjs';
import type { PrecisionPlugin } from '@halftone/autocast';
import { pluginFor } from '@halftone/autocast';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import type { FusedHost } from '../../../webgpu/src/optimizer/index.ts';
import { createFusedOptimizer } from '../../../webgpu/src/optimizer/index.ts';

/** A device whose fused steps can be switched: for any binding limit, or off. */
export interface FusedDevice {
  readonly handle: WebGPUHandle;
  readonly fuse: (maxStorageBuffers: number | 'off') => void;
}

export async function fusedDevice(fusion: 'on' | 'off'): Promise<FusedDevice> {
  const handle = await useWebGPU({ fusion });
  const plugin = pluginFor(handle.backendName) as { -readonly [K in keyof PrecisionPlugin]: PrecisionPlugin[K] };
  const backend = tf.backend() as unknown as FusedHost & { readonly device: GPUDevice };
  const { limits } = backend.device;
  const fuse = (maxStorageBuffers: number | 'off'): void => {
    if (maxStorageBuffers === 'off') delete plugin.fusedOptimizer;
    else
      plugin.fusedOptimizer = createFusedOptimizer(backend, {
        shaderF16: false,
        adapterClass: 'cpu',
        maxStorageBuffers,
        maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
        maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
      });
  };
  return { handle, fuse };
}

/** The numbers of every registered variable, in the order in which they were made. Waits for the GPU. */
export async function variableNumbers(): Promise<Float32Array[]> {
  const variables = Object.values(tf.engine().registeredVariables);
  return Promise.all(variables.map(async (variable) => Float32Array.from(await variable.data())));
}

/** Two layers with a moving statistic; six trainable variables of odd and even sizes. */
export function problem(): { variables: tf.Variable[]; loss: (factor: tf.Tensor) => () => tf.Scalar; dispose: () => void } {
  const variables = [[24, 40], [40], [40, 3], [3], [7], [1]].map((shape, index) =>
    tf.tidy(() => tf.variable(tf.randomUniform(shape, -1, 1, 'float32', index + 1), true, `w${index}`)),
  );
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
