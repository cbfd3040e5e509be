import { tutorialEvidence } from './full-run.mjs';

export const evidence = tutorialEvidence('custom-loop');
