import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { engine, randomNormal, setBackend, tidy } from '@tensorflow/tfjs-core';

export type Inputs = Readonly<Record<string, Tensor>>;
type Read = Float32Array | Int32Array | Uint8Array;

/** Runs one kernel on one backend and reads its first output. The inputs are made there, by `make`, and disposed. */
export async function runKernel(backendName: string, kernelName: string, make: () => Inputs, attrs: object = {}): Promise<Float32Array> {
  await setBackend(backendName);
  const result = tidy(() => [engine().runKernel(kernelName, { ...make() }, attrs as NamedAttrMap)].flat()[0] as Tensor);
  const values = result.dataSync().slice() as Read;
  result.dispose();
  return values as Float32Array;
}

/** Normally distributed numbers, the same for the same seed on every backend. */
export const noise = (shape: readonly number[], seed: number): Tensor => randomNormal([...shape] as [number], 0, 1, 'float32', seed);
