import type { FusedBatchNormAttrs, GradConfig, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, batchNorm, engine, mul, rsqrt, sum } from '@tensorflow/tfjs-core';
import { autocast, fullPrecision, replaceGradient, storageOf } from '@halftone/autocast';
import { policy } from '@halftone/policy';

/**
 * Replaces the gradient of batch norm where its input is stored in half.
 *
 * tfjs composes it from a dozen tensors of the input's size; in mixed precision most of them would be float32. With
 * xhat = (x - mean) * rstd it needs two: dy * scale * rstd, and dy * xhat, whose sum over all but the channels is float32
 * from there on (Ioffe and Szegedy 2015, with mean and variance as inputs of their own):
 * dMean = -rstd * scale * sum(dy), dVariance = -rstd^2 * scale * sum(dy * xhat) / 2.
 *
 * Where the input is float32, or on another backend, the previous gradient is called: float32 stays bit-identical.
 *
 * @param backendName - the backend on which ours holds
 * @returns a function that puts the previous gradient back
 */
export function installBatchNormGradient(backendName: string): () => void {
  return replaceGradient('FusedBatchNorm', (previous) => ({
    ...previous,
    gradFunc: (dy, saved, attrs) => {
      const [x, mean] = saved as Tensor[];
      const ours = engine().backendName === backendName && x !== undefined && mean?.rank === 1 && storageOf(x) !== 'float32';
      return ours
        ? channelGradients(dy as Tensor, saved, (attrs as unknown as FusedBatchNormAttrs).varianceEpsilon)
        : previous.gradFunc(dy, saved, attrs);
    },
  }));
}

function channelGradients(dy: Tensor, saved: readonly Tensor[], varianceEpsilon: number): ReturnType<GradConfig['gradFunc']> {
  const [x, mean, variance, scale] = saved as [Tensor4D, Tensor1D, Tensor1D, Tensor1D | null | undefined];
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const xhat = batchNorm(x, mean, variance, undefined, undefined, varianceEpsilon); // half, of order 1
  const { rstd, gain, dOffset, dScale } = fullPrecision(() => {
    const rstd = rsqrt(add(variance, varianceEpsilon));
    return {
      rstd,
      gain: scale === undefined || scale === null ? rstd : mul(rstd, scale),
      dOffset: sum(dy, axes),
      dScale: sum(mul(dy, xhat), axes),
    };
  });
  return {
    x: () => autocast(policy(storageOf(x)), () => mul(dy, gain)), // as wide as x was
    mean: () => fullPrecision(() => mul(mul(gain, dOffset), -1)),
    variance: () => fullPrecision(() => mul(mul(mul(rstd, gain), dScale), -0.5)),
    scale: () => dScale,
    offset: () => dOffset,
  };
}
