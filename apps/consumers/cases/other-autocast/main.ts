import '@tensorflow/tfjs-core';
import { autocast } from '@halftone/autocast';
import { useWebGPU } from '@halftone/webgpu';
import { ensure, refusal } from '../ensure.ts';

const message = await refusal(async () => {
  autocast('float32', () => 0);
  await useWebGPU(); // with an incompatible copy of autocast
}, 'two versions of autocast');
ensure(message.startsWith('[autocast] two incompatible copies of @halftone/autocast') && message.includes('npm ls'), message);
console.log(message);
process.exit(0); // Dawn keeps a thread
