import type { HandOver } from '../hand-over.ts';
import { dockerfile, jobYaml } from './container.ts';
import { readme } from './readme.ts';
import { requirements } from './requirements.ts';
import { CLUSTER_PY } from './sources/cluster.ts';
import { HAND_OVER_PY } from './sources/hand-over.ts';
import { LOSS_SCALE_PY } from './sources/loss-scale.ts';
import { METRICS_PY } from './sources/metrics.ts';
import { RECORDS_PY } from './sources/records.ts';
import { TFJS_FUNCTIONS_PY } from './sources/tfjs-functions.ts';
import { TRAIN_STEP_PY } from './sources/train-step.ts';
import { TRAIN_PY } from './sources/train.ts';

/** A text file of the project, its path relative to the folder. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/**
 * What stands in a hand-over beside model, weights and data: the Python that goes on, what it needs, and how to run it elsewhere.
 *
 * Pure: writes nothing.
 *
 * @param training - what training.json will say
 * @returns each file once
 */
export function projectFiles(training: HandOver): readonly ProjectFile[] {
  const { strategy } = training;
  return [
    { path: 'train.py', text: TRAIN_PY },
    { path: 'train_step.py', text: TRAIN_STEP_PY },
    { path: 'hand_over.py', text: HAND_OVER_PY },
    { path: 'records.py', text: RECORDS_PY },
    { path: 'loss_scale.py', text: LOSS_SCALE_PY },
    { path: 'metrics.py', text: METRICS_PY },
    { path: 'cluster.py', text: CLUSTER_PY },
    { path: 'tfjs_functions.py', text: TFJS_FUNCTIONS_PY },
    { path: 'requirements.txt', text: requirements(strategy) },
    { path: 'Dockerfile', text: dockerfile() },
    { path: '.dockerignore', text: 'out\nvenv\n__pycache__\n' },
    { path: 'job.yaml', text: jobYaml(strategy) },
    { path: 'README.md', text: readme(training) },
  ];
}
