import * as tf from '@tensorflow/tfjs-core';
import { useWebGPU } from '@halftone/webgpu';
import { ensure, refusal } from '../ensure.ts';

tf.scalar(1).dispose(); // this copy is the first to make the engine
const message = await refusal(() => useWebGPU(), 'a second copy of tfjs-core');
ensure(/^\[webgpu\] two copies of @tensorflow\/tfjs-core are loaded/.test(message) && message.includes('npm ls'), message);
ensure(!tf.engine().backendNames().includes('halftone-webgpu'), 'nothing stays registered');
console.log(message);
process.exit(0); // Dawn keeps a thread
