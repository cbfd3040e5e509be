import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { PrecisionPlugin, Storage } from '../../src/index.ts';
import { beginKernel, endKernel, outputStorage, registerPlugin } from '../../src/index.ts';

/**
 * The smallest plug-in there can be: tfjs's cpu kernels, whose outputs are marked with the storage that was decided and
 * otherwise left alone. It shows decisions without any rounding; real plug-ins have suites of their own.
 */
export async function useMarkingBackend(backendName = 'marking'): Promise<() => void> {
  await tf.setBackend('cpu');
  const base = tf.engine().backend as tf.KernelBackend;
  const marks = new WeakMap<object, Storage>();
  const plugin: PrecisionPlugin = {
    packageName: 'marking',
    backendName,
    formats: ['float16', 'bfloat16'],
    storageOf: (dataId) => marks.get(dataId) ?? 'float32',
    toStorage: (input, storage) => {
      const copy = { ...input, dataId: base.write(base.readSync(input.dataId), input.shape, input.dtype) };
      marks.set(copy.dataId, storage);
      return copy;
    },
    widen: (dataId) => void marks.delete(dataId),
    hostScalar: (dataId) => base.readSync(dataId)[0] as number,
  };
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    tf.registerKernel({
      ...kernel,
      backendName,
      kernelFunc: (params) => {
        const decision = beginKernel(plugin, kernel.kernelName, params.inputs);
        let outputs: tf.TensorInfo | tf.TensorInfo[] = [];
        try {
          outputs = kernel.kernelFunc({ ...params, backend: base });
          const given = new Set(Object.values(params.inputs).map((input) => input?.dataId));
          for (const output of [outputs].flat()) {
            if (output.dtype === 'float32' && !given.has(output.dataId))
              marks.set(output.dataId, outputStorage(decision, tf.util.sizeFromShape(output.shape)));
          }
          return outputs;
        } finally {
          endKernel(decision, outputs);
        }
      },
    });
  }
  tf.registerBackend(backendName, () => base, 0);
  const undo = registerPlugin(plugin);
  await tf.setBackend(backendName);
  return () => {
    undo();
    for (const { kernelName } of tf.getKernelsForBackend(backendName)) tf.unregisterKernel(kernelName, backendName);
  };
}
