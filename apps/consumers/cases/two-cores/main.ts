import * as tf from '@tensorflow/tfjs-core';
import { useWebGPU } from '@halftone/webgpu';
import { ensure, refusal } from '../ensure.ts';

const message = await refusal(() => useWebGPU(), 'a second copy of tfjs-core');
ensure(message.startsWith('[webgpu] two copies of @tensorflow/tfjs-core are loaded') && message.includes('npm ls'), message);
ensure(!tf.engine().backendNames().includes('halftone-webgpu'), 'nothing stays registered');
console.log(message);
process.exit(0); // Dawn keeps a thread
