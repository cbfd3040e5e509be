import { setDefaultPolicy } from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { useHalfTolerance } from '../keep-backend.ts';
import type { SpecSetup } from '../protocol.ts';

/** `@halftone/emulate` with every float tensor rounded to the mode's format, or none. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  setWasmPaths(WASM_FOLDER);
  setThreadsCount(1);
  const { backendName } = await registerEmulated({ base: CONFORMANCE_BASE });
  await tf.setBackend(backendName);
  setDefaultPolicy(CONFORMANCE_MODE === 'float32' || CONFORMANCE_MODE === 'bfloat16' ? CONFORMANCE_MODE : 'float16');
  if (CONFORMANCE_MODE !== 'float32') useHalfTolerance(tf);
  return { backendName, device: `${CONFORMANCE_BASE}, emulated`, isDataSync: true, runsOn: CONFORMANCE_BASE };
}
