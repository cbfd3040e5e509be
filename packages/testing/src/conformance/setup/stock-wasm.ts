import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { SpecSetup } from '../protocol.ts';

/** The yardstick: stock tfjs's wasm backend. */
export async function setup(tf: typeof TensorFlow): Promise<SpecSetup> {
  setWasmPaths(WASM_FOLDER);
  setThreadsCount(1);
  await tf.setBackend('wasm');
  return { backendName: 'wasm', device: 'WebAssembly', isDataSync: true };
}
