import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { describeOptimizer, type RegisteredBackend } from '@halftone/testing/optimizer-suite';
import { shared } from '../suite-options.ts';

const { model, ...rest } = shared;
const stock = (backendName: string): (() => Promise<RegisteredBackend>) => () => Promise.resolve({ backendName, dispose: () => undefined });

describeOptimizer({ ...rest, name: 'stock cpu', register: stock('cpu'), policy: 'float32', model });
describeOptimizer({ ...rest, name: 'stock wasm', register: stock('wasm'), policy: 'float32' }); // wasm has no gradient of a convolution's filter
