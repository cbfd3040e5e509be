import { seedsEvidence } from './seeds-run.mjs';

export const evidence = seedsEvidence('segmentation', 'membranes');
