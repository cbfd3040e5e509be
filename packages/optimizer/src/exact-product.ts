import type { Tensor } from '@tensorflow/tfjs-core';
import { add, mul, sub, tidy } from '@tensorflow/tfjs-core';

/** 2^12 + 1: splits a 24-bit significand into two of 12 bits whose products are exact in float32 (Veltkamp 1968). */
const SPLIT = 4097;

/**
 * fround(scale × factor) for a factor that is a double, on a device that has only float32.
 *
 * PyTorch multiplies the float32 scale by a double factor and rounds once, which is not scale × fround(factor) when the
 * factor is 1.7 or 0.3. The factor goes in as two float32 numbers and the product as product + error (Dekker 1971);
 * every operation below is a kernel of its own, so no compiler can fuse or reorder them. Factors that are float32
 * numbers (2, 0.5, 1.5) need one multiplication.
 */
export function scaleTimes(scale: Tensor, factor: number): Tensor {
  const high = Math.fround(factor);
  if (high === factor) return mul(scale, factor);
  const low = Math.fround(factor - high);
  return tidy(() => {
    const product = mul(scale, high);
    const [s1, s2] = splitTensor(scale);
    const [f1, f2] = splitNumber(high);
    const error = add(add(add(sub(mul(s1, f1), product), mul(s1, f2)), mul(s2, f1)), mul(s2, f2));
    return add(product, add(error, mul(scale, low)));
  });
}

function splitTensor(value: Tensor): readonly [Tensor, Tensor] {
  const lifted = mul(value, SPLIT);
  const high = sub(lifted, sub(lifted, value));
  return [high, sub(value, high)];
}

function splitNumber(value: number): readonly [number, number] {
  const lifted = Math.fround(value * SPLIT);
  const high = Math.fround(lifted - Math.fround(lifted - value));
  return [high, Math.fround(value - high)];
}
