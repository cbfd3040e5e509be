import { setDefaultPolicy } from '@halftone/autocast';
import { policy } from '@halftone/policy';
import { setBackend } from '@tensorflow/tfjs-core';
import type { StepSpec } from './step-spec.ts';

/**
 * Makes a backend of tfjs current and sets the default policy on ours.
 *
 * To be called once in a process. Waits for the device.
 *
 * @returns how it stores 16-bit tensors; `f32` where there are none
 * @throws Error if the backend does not start
 */
export async function openTfjs(spec: Pick<StepSpec, 'backend' | 'policy' | 'maxBytes'>): Promise<string> {
  if (spec.backend === 'halftone-webgpu') {
    const { useWebGPU } = await import('@halftone/webgpu');
    const { capabilities } = await useWebGPU(spec.maxBytes === undefined ? {} : { maxBytes: spec.maxBytes });
    setDefaultPolicy(spec.policy);
    const { compute } = policy(spec.policy);
    return compute === 'float32' ? 'f32' : capabilities.codecs[compute];
  }
  if (spec.backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else if (spec.backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await setBackend(spec.backend)))
    throw new Error(`[bench] tfjs's backend ${spec.backend} must start, got a refusal. Check the GPU driver, or use --backend cpu.`);
  return 'f32';
}
