import type { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';

/** A graph of our own: y = relu(x · kernel + bias), x of 16 and y of 64 numbers. */
export async function drawnGraph(): Promise<{ handler: tf.io.IOHandler; run: (model: GraphModel) => Float32Array }> {
  const node = (name: string, op: string, input: string[] = [], attr: object = {}): object => ({ name, op, input, attr });
  const shape = { shape: { shape: { dim: [{ size: '-1' }, { size: '16' }] } }, dtype: { type: 'DT_FLOAT' } };
  const artifacts: tf.io.ModelArtifacts = {
    format: 'graph-model',
    generatedBy: 'drawn',
    convertedBy: null,
    modelTopology: {
      versions: { producer: 1, minConsumer: 1 },
      node: [
        node('x', 'Placeholder', [], shape),
        node('kernel', 'Const', [], { dtype: { type: 'DT_FLOAT' } }),
        node('bias', 'Const', [], { dtype: { type: 'DT_FLOAT' } }),
        node('product', 'MatMul', ['x', 'kernel'], { transpose_a: { b: false }, transpose_b: { b: false } }),
        node('sum', 'AddV2', ['product', 'bias']),
        node('y', 'Relu', ['sum']),
      ],
    },
    weightSpecs: [
      { name: 'kernel', shape: [16, 64], dtype: 'float32' },
      { name: 'bias', shape: [64], dtype: 'float32' },
    ],
    weightData: Float32Array.from({ length: 16 * 64 + 64 }, (_, i) => Math.sin(i)).buffer,
  };
  return {
    handler: { load: async () => ({ ...artifacts }) },
    run: (model) =>
      tf.tidy(() => (model.execute({ x: tf.reshape(tf.linspace(-1, 1, 16), [1, 16]) }) as tf.Tensor).dataSync() as Float32Array),
  };
}
