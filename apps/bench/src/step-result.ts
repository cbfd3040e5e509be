import type { GpuReport, TensorflowOpCounts } from '@halftone/testing/meter';
import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';

/** What a steady step asks of the GPU; `null` fields of a result where no GPU takes part. */
export interface StepCounters {
  readonly dispatches: number;
  /** Sum over the dispatches of the storage bytes bound to each. */
  readonly storageBytesBound: number;
  /** Highest sum of live buffer bytes during a steady step, pools and staging included. */
  readonly peakBytes: number;
  readonly readbacks: number;
  readonly submits: number;
  /** Pipelines built after the second step. */
  readonly pipelinesAfterWarmup: number;
}

/** What a steady step asks of TensorFlow; `null` fields of a result where TensorFlow takes no part. */
export interface TensorflowCounters {
  /** Ops that TensorFlow ran. */
  readonly ops: number;
  /** Bytes of the inputs and outputs of the ops, those left out that only show their input. */
  readonly operandBytes: number;
  /** Highest sum of the bytes of live handles during a steady step. */
  readonly peakBytes: number;
  readonly readbacks: number;
  readonly uploads: number;
  /** Casts of float32 to a 16-bit format. */
  readonly castsDown: number;
  readonly castsUp: number;
  readonly byOp: Readonly<Record<string, Readonly<TensorflowOpCounts>>>;
}

/** What a process tells before any step is timed. */
export interface Counted {
  readonly device: string;
  /** How 16-bit tensors are stored; `f32` where there are none. */
  readonly codec: string;
  readonly counters: StepCounters | null;
  readonly tensorflow: TensorflowCounters | null;
  /** One whole steady step. */
  readonly report: GpuReport | null;
  /** Highest sum of live bytes since the process began. */
  readonly peakBytesFromStart: number | null;
  readonly pipelinesBuilt: number | null;
  /** Whether the counted steps agreed in every counter. */
  readonly deterministic: boolean;
  readonly items: number;
  readonly item: 'image' | 'token';
  readonly parameters: number;
  readonly optimizer: string;
  /** `null` for a step that computed nothing. */
  readonly losses: readonly (number | null)[] | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly node: string;
}

/** Some steps that were timed. */
export interface Timed {
  /** From the call to the arrival of the loss. */
  readonly stepMs: readonly number[];
  /** From the call to the request for the loss: what JavaScript and the driver's front do. */
  readonly hostMs: readonly number[];
  readonly losses: readonly (number | null)[];
}

/** The JSON object that `step` ends with. The first keys are relied on by others; the rest is for people who ask why. */
export interface StepResult {
  readonly model: string;
  readonly backend: string;
  readonly policy: string;
  readonly batch: number;
  readonly dispatches: number | null;
  readonly storageBytesBound: number | null;
  readonly peakBytes: number | null;
  readonly readbacks: number | null;
  readonly submits: number | null;
  readonly pipelinesAfterWarmup: number | null;
  readonly hostMsPerStep: number;
  readonly itemsPerSecond: number | null;
  readonly stepMs: Spread | null;
  readonly losses: readonly (number | null)[] | null;
  readonly kind: 'step';
  readonly item: 'image' | 'token';
  readonly size: number;
  readonly depth: number;
  readonly seed: number;
  readonly optimizer: string;
  readonly parameters: number;
  readonly countOnly: boolean;
  readonly codec: string;
  /** Its median is `hostMsPerStep`. Noise only adds to it, so its tenth percentile is nearer to what the work takes. */
  readonly hostMs: Spread;
  readonly hostUsPerDispatch: number | null;
  readonly peakBytesFromStart: number | null;
  readonly pipelinesBuilt: number | null;
  readonly queueWrites: number | null;
  readonly bindGroupsCreated: number | null;
  readonly buffersCreated: number | null;
  readonly copies: number | null;
  readonly passes: number | null;
  readonly workgroups: number | null;
  readonly deterministic: boolean;
  /** On TensorFlow alone: ops and casts of one steady step, and each op with its inputs of 16 bits. */
  readonly ops: number | null;
  readonly castsDown: number | null;
  readonly castsUp: number | null;
  readonly uploads: number | null;
  readonly byOp: TensorflowCounters['byOp'] | null;
  readonly byPipeline: Readonly<Record<string, { readonly dispatches: number; readonly storageBytes: number }>> | null;
  readonly machine: Machine;
}
