import type { CastAttrs, CastInputs, KernelFunc } from '@tensorflow/tfjs-core';
import type { Session } from '../backend/session.ts';

/** A float32 tensor that is cast to float32 stays what it is inside TensorFlow too: the same data, half or not. */
export function castKernel(session: Session, stock: KernelFunc): KernelFunc {
  return (params) => {
    const { x } = params.inputs as CastInputs;
    const { dtype } = params.attrs as unknown as CastAttrs;
    if (x === undefined || x.dtype !== dtype || session.storageOf(x.dataId) === 'float32') return stock(params);
    session.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype };
  };
}
