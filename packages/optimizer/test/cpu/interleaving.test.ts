import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';
import * as autocast from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import { describeFitInterleaving, describeWorker } from '@halftone/testing/interleaving-suite';
import { watchedModel } from '../watched-model.ts';

const register = (): ReturnType<typeof registerEmulated> => registerEmulated({ base: 'cpu' });

describeFitInterleaving({ name: 'emulate on cpu', register, format: 'float16', tf, autocast, model: watchedModel });

describeWorker({
  name: 'emulate on cpu',
  register,
  format: 'float16',
  tf,
  autocast,
  folder: new URL('../../', import.meta.url).pathname,
  imports: `import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as autocast from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
const register = () => registerEmulated({ base: 'cpu' });`,
});
