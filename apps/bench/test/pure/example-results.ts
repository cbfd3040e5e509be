import type { RaceResult } from '../../src/race.ts';
import { pairedRatio } from '../../src/statistics.ts';
import { stepSpec } from '../../src/step-arguments.ts';
import { stepResult } from '../../src/step-report.ts';
import type { Counted, Timed } from '../../src/step-result.ts';

/** What a process counts of stock's cnn. */
export const counted: Counted = {
  device: 'llvmpipe',
  codec: 'f32',
  optimizer: 'adam',
  parameters: 27_242,
  versions: {},
  node: '20.19.0',
  item: 'image',
  items: 64,
  counters: {
    dispatches: 184,
    storageBytesBound: 242_022_148,
    peakBytes: 68_072_888,
    readbacks: 1,
    submits: 13,
    pipelinesAfterWarmup: 0,
  },
  report: null,
  tensorflow: null,
  peakBytesFromStart: 68_072_888,
  pipelinesBuilt: 76,
  deterministic: true,
  losses: [2, 1],
};

export const timed: Timed = { stepMs: [90, 100, 110], hostMs: [3, 4, 5], losses: [0.5] };

const specs = [
  stepSpec({ model: 'cnn', backend: 'webgpu' }),
  stepSpec({ model: 'cnn', backend: 'halftone-webgpu', policy: 'mixed_float16' }),
];

/** A race of two, the second twice as fast. */
export const race: RaceResult = {
  kind: 'compare',
  model: 'cnn',
  batch: 64,
  pairs: 3,
  stepsPerTurn: 1,
  results: specs.map((spec) => stepResult(spec, counted, timed)),
  ratios: [{ backend: 'halftone-webgpu', policy: 'mixed_float16', time: pairedRatio([1, 2, 3], [2, 4, 6]), pairs: [0.5, 0.5, 0.5] }],
  absent: [],
};

/** What a process counts of stock's cnn inside TensorFlow. */
export const countedInside: Counted = {
  ...counted,
  device: 'TensorFlow 2.21.0 on the CPU',
  counters: null,
  tensorflow: {
    ops: 225,
    operandBytes: 2 ** 28,
    peakBytes: 55 * 2 ** 20,
    readbacks: 1,
    uploads: 40,
    castsDown: 10,
    castsUp: 6,
    byOp: { Conv2D: { runs: 1, floatInputs: 2, halfInputs: 2 } },
  },
  peakBytesFromStart: 60 * 2 ** 20,
  pipelinesBuilt: null,
};

/** The same race inside TensorFlow. */
export const raceInside: RaceResult = {
  ...race,
  results: [
    stepSpec({ model: 'cnn', backend: 'tensorflow' }),
    stepSpec({ model: 'cnn', backend: 'halftone-node', policy: 'mixed_float16' }),
  ].map((spec) => stepResult(spec, countedInside, timed)),
};
