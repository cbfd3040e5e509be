import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { describeOptimizer } from '@halftone/testing/optimizer-suite';
import { shared } from '../shared.ts';

for (const backendName of ['cpu', 'wasm']) {
  const register = () => Promise.resolve({ backendName, dispose: () => undefined });
  describeOptimizer({ ...shared, name: `stock ${backendName}`, register, policy: 'float32' });
}
