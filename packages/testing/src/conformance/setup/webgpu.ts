import { setDefaultPolicy } from '@halftone/autocast';
import { registerWebGPU } from '@halftone/webgpu';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { deviceName } from '../gpu-device.ts';
import { useHalfTolerance } from '../keep-backend.ts';
import type { SpecSetup } from '../protocol.ts';

/** `@halftone/webgpu` with every float tensor in the mode's codec, or all of them in float32. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  let handle = await start(tf);
  const { backendName } = handle;
  setDefaultPolicy(CONFORMANCE_MODE === 'float32' || CONFORMANCE_MODE === 'bfloat16' ? CONFORMANCE_MODE : 'float16');
  const info = (await navigator.gpu.requestAdapter())?.info;
  return {
    backendName,
    device: info === undefined ? 'unnamed device' : deviceName(info),
    isDataSync: false,
    flags: { WEBGPU_CPU_FORWARD: false },
    renew: async () => {
      handle.dispose();
      handle = await start(tf);
    },
  };
}

async function start(tf: typeof TensorFlow): ReturnType<typeof registerWebGPU> {
  const codec = CONFORMANCE_MODE === 'f16' || CONFORMANCE_MODE === 'packed-f16' ? { codec: CONFORMANCE_MODE } : {};
  const handle = await registerWebGPU({ ...codec, fusion: CONFORMANCE_FUSION });
  await tf.setBackend(handle.backendName);
  if (CONFORMANCE_MODE !== 'float32') useHalfTolerance(tf);
  return handle;
}
