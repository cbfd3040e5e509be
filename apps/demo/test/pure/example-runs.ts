import type { RunResult, TensorflowFacts } from '../../src/run-result.ts';
import type { FinishedRun } from '../../src/run-title.ts';
import type { RunKind, RunSpec } from '../../src/run-spec.ts';

const BASE: RunSpec = {
  kind: 'stock',
  plugin: 'webgpu',
  policy: 'float32',
  data: { kind: 'drawn', train: 100, heldOut: 50 },
  seed: 1,
  steps: 4,
  batch: 8,
  learningRate: 0.01,
  batchNormMomentum: 0.8,
  packed: false,
  evaluate: true,
};

const RESULT: RunResult = {
  backend: 'webgpu',
  policy: 'float32',
  device: 'a device',
  codec: 'f32',
  steps: 4,
  batch: 8,
  seed: 1,
  accuracy: 0.96,
  heldOut: 50,
  unanswered: 0,
  losses: [2.3, 1.2, 0.5, 0.25],
  counters: {
    peakBytes: 4 * 2 ** 20,
    trainPeakBytes: 4 * 2 ** 20,
    dispatches: 200,
    ops: null,
    storageBytesBound: 2 ** 20,
    readbacks: 1,
    latePipelines: 0,
    deterministic: true,
  },
  tensorflow: null,
  scaleHistory: [],
  scale: null,
  skipped: 0,
  stepMs: 12,
  totalSeconds: 3,
  weights: { count: 100, format: 'float32', fileBytes: 400 },
  fileAccuracy: null,
};

/** A finished run as the process of one would report it, for tests of what people read. */
export function exampleRun(kind: RunKind, result: Partial<RunResult> = {}): FinishedRun {
  const policy = { stock: 'float32', 'everything-half': 'float16', mixed: 'mixed_float16' }[kind];
  return {
    spec: { ...BASE, kind, policy },
    result: {
      ...RESULT,
      policy,
      backend: kind === 'stock' ? 'webgpu' : 'halftone-webgpu',
      codec: kind === 'stock' ? 'f32' : 'f16',
      ...result,
    },
  };
}

/** Three runs as they are expected: float32 learns, plain half fails, mixed learns with a skipped step. */
export function exampleRuns(): FinishedRun[] {
  const counters = {
    peakBytes: 2 * 2 ** 20,
    trainPeakBytes: 2 * 2 ** 20,
    dispatches: 100,
    ops: null,
    storageBytesBound: 2 ** 19,
    readbacks: 1,
    latePipelines: 0,
    deterministic: true,
  };
  return [
    exampleRun('stock'),
    exampleRun('everything-half', { losses: [2.3, 9, Number.NaN, Number.NaN], accuracy: 0, unanswered: 50 }),
    exampleRun('mixed', {
      accuracy: 0.95,
      counters,
      scaleHistory: [
        { step: 1, scale: 65536 },
        { step: 2, scale: 32768 },
      ],
      scale: 32768,
      skipped: 1,
      weights: { count: 100, format: 'float16', fileBytes: 200 },
      fileAccuracy: 0.95,
    }),
  ];
}

/** The same run as it would be inside TensorFlow. */
export function exampleNodeRun(kind: RunKind, change: Partial<TensorflowFacts> = {}): FinishedRun {
  const { spec, result } = exampleRun(kind);
  const isStock = kind === 'stock';
  return {
    spec: { ...spec, plugin: 'node' },
    result: {
      ...result,
      backend: isStock ? 'tensorflow' : 'halftone-node',
      codec: isStock ? 'f32' : 'half',
      counters: {
        peakBytes: isStock ? 4 * 2 ** 20 : 3 * 2 ** 20,
        trainPeakBytes: 2 ** 20,
        dispatches: null,
        ops: isStock ? 323 : 273,
        storageBytesBound: isStock ? 2 ** 21 : 2 ** 20,
        readbacks: 1,
        latePipelines: null,
        deterministic: true,
      },
      tensorflow: {
        weightTypes: { float32: 12 },
        slotTypes: { float32: 18 },
        handlesAfterEpoch: [30, 30, 30],
        casts: isStock ? { down: 0, up: 0, weights: 0 } : { down: 18, up: 8, weights: 3 },
        weightMatrices: 3,
        products: { floatInputs: 18, halfInputs: isStock ? 0 : 10 },
        ...change,
      },
    },
  };
}
