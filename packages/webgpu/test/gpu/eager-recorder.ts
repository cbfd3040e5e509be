import * as tf from '@tensorflow/tfjs-core';
import { rememberReducedShape } from '../../src/gradients/reductions.ts';
import type { MapRecorder } from '../../src/graph/record.ts';
import { mapTypes } from '../../src/graph/map-ops/index.ts';
import { internalsOf } from '../../src/internals.ts';
import type { OwnKernel, StockKernel } from '../../src/kernels/elementwise/own-kernel.ts';
import type { HalfBackend } from '../../src/backend.ts';
import type { MapType } from '../../src/graph/map-op.ts';
import { mapRecipe, reduceRecipe } from './eager-map.ts';

/** A recorder that makes each request a kernel of its own; it counts them by op. */
export function eagerRecorder(backend: HalfBackend): MapRecorder & { readonly seen: Map<string, number> } {
  const seen = new Map<string, number>();
  const count = (op: string): void => void seen.set(op, (seen.get(op) ?? 0) + 1);
  const typeOf = (dtype: tf.DataType): MapType => {
    const type = mapTypes[dtype];
    if (type === undefined) throw new Error(`no elementwise work on ${dtype}`);
    return type;
  };
  const dataType = ({ dataId }: tf.TensorInfo): MapType => typeOf(internalsOf(backend).tensorMap.get(dataId).dtype);
  return {
    seen,
    recordMap: ({ op, operands, output }) => {
      count(op);
      const eager = operands.map((operand) => {
        if ('scalar' in operand) return operand;
        const { input, view } = operand;
        const size = tf.util.sizeFromShape(input.shape);
        const type = dataType(input);
        return view === undefined ? { type, size } : { type, size, view };
      });
      const inputs = operands.flatMap((operand) => ('scalar' in operand ? [] : [operand.input]));
      const recipe = mapRecipe(op, eager, { shape: output.shape, type: typeOf(output.dtype) });
      return backend.record({ recipe, inputs, outputs: [output] })[0] as tf.TensorInfo;
    },
    recordReduce: ({ op, input, axes, output }) => {
      count(op);
      const recipe = reduceRecipe(op, { shape: input.shape, type: dataType(input) }, axes);
      return backend.record({ recipe, inputs: [input], outputs: [output] })[0] as tf.TensorInfo;
    },
  };
}

/** tfjs's own kernels. */
export const stock: StockKernel = (kernelName) => {
  const kernel = tf.getKernel(kernelName, 'webgpu');
  if (kernel === undefined) throw new Error(`tfjs has no kernel ${kernelName}`);
  return kernel.kernelFunc;
};

/** Puts kernels of ours, recorded eagerly, in the place of the registered ones. Lasts until the backend is disposed. */
export function installEager(backendName: string, makers: readonly ((stock: StockKernel) => OwnKernel[])[]): Map<string, number> {
  const backend = tf.findBackend(backendName) as HalfBackend;
  const recorder = eagerRecorder(backend);
  const eager = new Proxy(backend, {
    get: (target, key) => {
      if (key === 'recordMap' || key === 'recordReduce') return recorder[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  for (const { kernelName, kernelFunc } of makers.flatMap((make) => make(stock))) {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: (params) => {
        rememberReducedShape(kernelName, params.attrs, params.inputs['x']?.shape); // as register.ts does
        return kernelFunc({ ...params, backend: eager });
      },
    });
  }
  return recorder.seen;
}
