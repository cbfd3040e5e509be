import type { ModelName } from './models/model-table.ts';

const MIB = 2 ** 20;

/** Upper bounds of one steady train step; what is absent is not bounded. */
export interface Bounds {
  readonly dispatches?: number;
  readonly storageBytesBound?: number;
  readonly peakBytes?: number;
  /** 1 is the loss, which the measurement itself reads: scaling has none of its own. */
  readonly readbacks?: number;
  readonly pipelinesAfterWarmup?: number;
}

/** What a step may ask of the GPU. */
export interface Budget {
  readonly model: ModelName;
  readonly policy: 'float32' | 'mixed_float16';
  /** What was promised: it fails CI, and is never raised. */
  readonly must: Bounds;
  /** What we would like to reach; told, and nothing fails. */
  readonly want?: Bounds;
}

/** Quotients of two steps of one model that must not be exceeded. */
export interface RatioBudget {
  readonly model: ModelName;
  readonly counter: 'dispatches' | 'storageBytesBound' | 'peakBytes';
  readonly of: 'float32' | 'mixed_float16';
  readonly against: 'float32' | 'stock';
  readonly must: number;
}

const STEADY = { readbacks: 1, pipelinesAfterWarmup: 0 } as const;

/** Every model at its usual size, batch norm in training mode, a dynamic loss scale for mixed_float16. */
export const budgets: readonly Budget[] = [
  {
    model: 'cnn',
    policy: 'mixed_float16',
    must: { dispatches: 60, storageBytesBound: 40 * MIB, peakBytes: 14 * MIB, ...STEADY },
    want: { dispatches: 33, storageBytesBound: 28 * MIB, peakBytes: 9 * MIB },
  },
  { model: 'cnn', policy: 'float32', must: { ...STEADY } },
  {
    model: 'mlp',
    policy: 'mixed_float16',
    must: { dispatches: 30, storageBytesBound: 7 * MIB, peakBytes: 6 * MIB, ...STEADY },
    want: { dispatches: 16, storageBytesBound: 5 * MIB, peakBytes: 4.5 * MIB },
  },
  { model: 'mlp', policy: 'float32', must: { ...STEADY } },
  {
    model: 'transformer',
    policy: 'mixed_float16',
    must: { dispatches: 200, storageBytesBound: 110 * MIB, peakBytes: 40 * MIB, ...STEADY },
    want: { dispatches: 110, storageBytesBound: 65 * MIB, peakBytes: 24 * MIB },
  },
  { model: 'transformer', policy: 'float32', must: { ...STEADY } },
  { model: 'mobilenetv2', policy: 'mixed_float16', must: { dispatches: 1100, ...STEADY }, want: { dispatches: 700 } },
  { model: 'resnet50', policy: 'mixed_float16', must: { dispatches: 1100, ...STEADY }, want: { dispatches: 700 } },
];

/** Turning mixed precision on must lower memory and traffic; our float32 must be less work than stock's. */
export const ratioBudgets: readonly RatioBudget[] = [
  ...(['storageBytesBound', 'peakBytes'] as const).flatMap((counter): RatioBudget[] => [
    { model: 'cnn', counter, of: 'mixed_float16', against: 'float32', must: 0.7 },
    { model: 'transformer', counter, of: 'mixed_float16', against: 'float32', must: 0.7 },
    { model: 'mlp', counter, of: 'mixed_float16', against: 'float32', must: 0.9 },
  ]),
  ...(['cnn', 'mlp', 'transformer'] as const).map((model): RatioBudget => ({
    model,
    counter: 'dispatches',
    of: 'float32',
    against: 'stock',
    must: 0.5,
  })),
  { model: 'resnet50', counter: 'peakBytes', of: 'mixed_float16', against: 'stock', must: 0.55 },
];

/** Models whose wall time is held against stock tfjs's: the median of paired ratios, on a CPU driver. */
export const timeBudget = { models: ['cnn', 'mlp', 'transformer'] as const, must: 0.8, pairs: 9, attempts: 3 } as const;
