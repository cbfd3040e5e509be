import * as tf from '@tensorflow/tfjs';
import * as autocast from '@halftone/autocast';
import { registerWebGPU } from '@halftone/webgpu';
import { describeFitInterleaving, describeWorker } from '@halftone/testing/interleaving-suite';
import { watchedModel } from '../watched-model.ts';
const register = (): ReturnType<typeof registerWebGPU> => registerWebGPU();
describeFitInterleaving({ name: 'webgpu', register, format: 'float16', tf, autocast, model: watchedModel });
describeWorker({
  name: 'webgpu',
  register,
  format: 'float16',
  tf,
  autocast,
  folder: new URL('../../', import.meta.url).pathname,
  imports: `import * as tf from '@tensorflow/tfjs-core';
import * as autocast from '@halftone/autocast';
import { registerWebGPU } from '@halftone/webgpu';
const register = () => registerWebGPU();`,
});
