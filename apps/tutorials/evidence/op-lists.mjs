import { tutorialEvidence } from './full-run.mjs';

export const evidence = tutorialEvidence('op-lists');
