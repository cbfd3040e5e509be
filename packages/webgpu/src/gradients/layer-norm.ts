import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { add, customGrad, engine, getKernel, mean, mul, rsqrt, square, sub, sum, util } from '@tensorflow/tfjs-core';
import { fullPrecision } from '@halftone/autocast';
import { LAYER_NORM, LAYER_NORM_GRAD, LAYER_NORM_PARAMETER_GRAD } from '../kernels/rows/kernel-names.ts';
import { isRecording } from './recording.ts';

/**
 * Layer normalisation over the last axis: (x - mean) / √(variance + epsilon) · gamma + beta (Ba, Kiros and Hinton 2016).
 *
 * tfjs has no such op: composed, it is a dozen kernels, and in float16 the square overflows at 256. On Halftone's WebGPU
 * backend it is one kernel forward and two backward, with float32 statistics, and as wide as `x` under a mixed policy. On
 * other backends it is composed of tfjs ops in float32.
 *
 * Allocates the result and two numbers for each row. Never waits for the GPU.
 *
 * @param x - float32, any rank from 1
 * @param gamma - as long as the last axis of `x`
 * @param beta - as long as the last axis of `x`
 * @param epsilon - added to the variance; above 0, default 1e-5 (tfjs-layers uses 1e-3)
 * @returns a tensor in the shape of `x`; the caller owns it
 * @throws RangeError if gamma or beta do not fit, or epsilon is not above 0
 *
 * @example
 * const y = layerNorm(tf.tensor1d([1, 3]), tf.tensor1d([1, 1]), tf.tensor1d([0, 0]));
 * Math.round((await y.data())[1]); // 1
 */
export function layerNorm<T extends Tensor>(x: T, gamma: Tensor1D, beta: Tensor1D, epsilon = 1e-5): T {
  check(x, { gamma, beta }, epsilon);
  if (getKernel(LAYER_NORM, engine().backendName) === undefined) return composed(x, gamma, beta, epsilon) as T;
  return customGrad((...inputs) => {
    const [a, g, b, save] = inputs as unknown as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const [y, means, rstds] = engine().runKernel<Tensor[]>(LAYER_NORM, { x: a, gamma: g, beta: b }, { epsilon }) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    save([a, g, means, rstds]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [savedX, savedGamma, average, rstd] = saved as [Tensor, Tensor, Tensor, Tensor];
      if (isRecording()) return composedGradient(dy, savedX, savedGamma, epsilon);
      const dx = engine().runKernel<Tensor>(LAYER_NORM_GRAD, { dy, x: savedX, gamma: savedGamma, mean: average, rstd });
      return [dx, ...engine().runKernel<Tensor[]>(LAYER_NORM_PARAMETER_GRAD, { dy, x: savedX, mean: average, rstd })];
    };
    return { value: y, gradFunc };
  })(x, gamma, beta) as T;
}

function check(x: Tensor, vectors: Readonly<Record<string, Tensor>>, epsilon: number): void {
  const length = x.shape[x.rank - 1];
  for (const [name, vector] of Object.entries(vectors)) {
    if (length === undefined || !util.arraysEqual(vector.shape, [length])) {
      throw new RangeError(
        `[webgpu] ${name} must be as long as the last axis of x, [${length ?? ''}], got [${vector.shape.join(', ')}]. Reshape it, or transpose x.`,
      );
    }
  }
  if (!(epsilon > 0)) throw new RangeError(`[webgpu] epsilon must be above 0, got ${epsilon}. Leave it out for 1e-5.`);
}

/** The row less its mean, and the reciprocal of its deviation. */
function centred(x: Tensor, epsilon: number): { readonly distance: Tensor; readonly rstd: Tensor } {
  const distance = sub(x, mean(x, -1, true));
  return { distance, rstd: rsqrt(add(mean(square(distance), -1, true), epsilon)) };
}

function composed(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  return fullPrecision(() => {
    const { distance, rstd } = centred(x, epsilon);
    return add(mul(mul(distance, rstd), gamma), beta);
  });
}

/** Gradients that can be differentiated again. */
function composedGradient(dy: Tensor, x: Tensor, gamma: Tensor, epsilon: number): Tensor[] {
  return fullPrecision(() => {
    const { distance, rstd } = centred(x, epsilon);
    const xhat = mul(distance, rstd);
    const g = mul(dy, gamma);
    const dx = mul(rstd, sub(sub(g, mean(g, -1, true)), mul(xhat, mean(mul(g, xhat), -1, true))));
    const rows = x.shape.map((_, axis) => axis).slice(0, -1);
    return rows.length === 0 ? [dx, mul(dy, xhat), dy] : [dx, sum(mul(dy, xhat), rows), sum(dy, rows)];
  });
}
