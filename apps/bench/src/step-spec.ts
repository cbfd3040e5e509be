import type { BackendName } from './backends.ts';
import type { ModelName } from './models/model-table.ts';
import type { ModelOptions, OptimizerName } from './models/model.ts';

/** All that a process needs to know to measure one train step. Plain JSON: it is sent to the process as a message. */
export interface StepSpec {
  readonly model: ModelName;
  readonly backend: BackendName;
  readonly policy: string;
  readonly options: ModelOptions;
  /** The model's own unless set. */
  readonly optimizer?: OptimizerName;
  /** Cap on the bytes of the device, which the plug-in enforces; none unless set. Only for backends of ours on WebGPU. */
  readonly maxBytes?: number;
  /** Issues everything and lets the device compute nothing. */
  readonly countOnly: boolean;
  /** Steps before the first that counts: they build pipelines and fill pools. */
  readonly warmUp: number;
  /** Steps that are counted. */
  readonly counted: number;
}

/** Steps of a measurement unless the user says otherwise. */
export const STEPS = { warmUp: 4, counted: 3, timed: 10 } as const;
