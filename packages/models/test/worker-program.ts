import { parentPort, workerData } from 'node:worker_threads';
import { useEmulated } from '@halftone/emulate';
import { fitSmallModel } from './fit-small-model.ts';

const handle = await useEmulated({ base: 'cpu' });
const trained = await fitSmallModel((workerData as { readonly policy: string }).policy);
handle.dispose();
parentPort?.postMessage(trained);
