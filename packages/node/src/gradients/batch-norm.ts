import type { FusedBatchNormAttrs, GradConfig, KernelConfig, NamedTensorInfoMap, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { add, engine, mul, ones, registerKernel, rsqrt, unregisterKernel } from '@tensorflow/tfjs-core';
import { fullPrecision, replaceGradient, storageOf } from '@halftone/autocast';
import type { Session } from '../backend/session.ts';
import { BACKEND_NAME } from '../library/load-library.ts';
import { attributesOf } from '../kernels/batch-norm.ts';
import type { TensorMetadata } from '../library/tfjs-binding.ts';

const KERNEL = 'HalftoneBatchNormGrad';
const OP = 'FusedBatchNormGradV3';

/**
 * Replaces the gradient of batch norm where its input is half and TensorFlow has the kernel: one op gives the gradients of
 * the input, the scale and the offset, with float32 statistics. Those of mean and variance follow from them, a vector each:
 * dMean = -rstd * scale * dOffset, dVariance = -rstd^2 * scale * dScale / 2 (Ioffe and Szegedy 2015).
 *
 * Everywhere else the previous gradient is called. Source: TensorFlow's `FusedBatchNormGradV3` with is_training false.
 *
 * @returns a function that puts the previous gradient back
 */
export function installBatchNormGradient(session: Session): () => void {
  const kernel: KernelConfig = {
    kernelName: KERNEL,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs }) => runGradient(session, inputs, (attrs as unknown as FusedBatchNormAttrs).varianceEpsilon),
  };
  registerKernel(kernel);
  const undo = replaceGradient('FusedBatchNorm', (previous) => ({
    ...previous,
    gradFunc: (dy, saved, attrs) => {
      const [x, mean] = saved as Tensor[];
      const isOurs = engine().backendName === BACKEND_NAME && x?.rank === 4 && mean?.rank === 1;
      const storage = isOurs ? storageOf(x) : 'float32';
      return storage !== 'float32' && session.binding.supports(OP, storage)
        ? fusedGradients(dy as Tensor, saved, (attrs as unknown as FusedBatchNormAttrs).varianceEpsilon)
        : previous.gradFunc(dy, saved, attrs);
    },
  }));
  return () => {
    undo();
    unregisterKernel(KERNEL, BACKEND_NAME);
  };
}

function fusedGradients(dy: Tensor, saved: readonly Tensor[], varianceEpsilon: number): ReturnType<GradConfig['gradFunc']> {
  const [x, mean, variance, scale] = saved as [Tensor, Tensor1D, Tensor1D, Tensor1D | null | undefined];
  const factor = scale ?? ones([mean.size]);
  const inputs = { dy, x, mean, variance, scale: factor };
  const [dx, dScale, dOffset] = engine().runKernel(KERNEL, inputs, { varianceEpsilon }) as unknown as [Tensor, Tensor, Tensor];
  const rstd = fullPrecision(() => rsqrt(add(variance, varianceEpsilon)));
  return {
    x: () => dx,
    mean: () => fullPrecision(() => mul(mul(mul(rstd, factor), dOffset), -1)),
    variance: () => fullPrecision(() => mul(mul(mul(mul(rstd, rstd), factor), dScale), -0.5)),
    scale: () => dScale,
    offset: () => dOffset,
  };
}

/** The op's first three results; the type of `x` decides about `dy` and the gradient of `x`. */
function runGradient(session: Session, inputs: NamedTensorInfoMap, epsilon: number): ReturnType<KernelConfig['kernelFunc']> {
  const { binding } = session;
  const { dy, x, mean, variance, scale } = inputs as Required<NamedTensorInfoMap>;
  const half = session.storageOf(x!.dataId);
  if (half === 'float32') throw new Error(`[node] ${KERNEL} needs a half input, got float32. Call it through tf.batchNorm.`);
  const ids = [dy, x, scale, mean, variance, variance].map((info) => session.handleOf(info!.dataId));
  const outerMode = binding.mode;
  binding.mode = { half, opClass: 'pass', kernelName: KERNEL };
  try {
    const outputs = binding.executeOp(OP, attributesOf(session, half, epsilon), ids, 5) as [TensorMetadata, TensorMetadata, TensorMetadata];
    for (const { id } of outputs.slice(3)) binding.deleteTensor(id);
    return outputs.slice(0, 3).map(({ id, shape }) => session.own(id, shape));
  } finally {
    binding.mode = outerMode;
  }
}
