import type { ModelName } from './models/model-table.ts';
import type { StepCounters } from './step-result.ts';

/**
 * One steady step of tfjs 4.22 on WebGPU in float32, at the usual size of each model.
 *
 * tfjs is pinned and counters have no noise, so they are facts: `bench step --backend webgpu` gives them again, and a test does for the small models.
 */
export const stockCounters = {
  cnn: { dispatches: 184, storageBytesBound: 242_022_148, peakBytes: 68_072_888, readbacks: 1, submits: 13, pipelinesAfterWarmup: 0 },
  mlp: { dispatches: 90, storageBytesBound: 30_913_520, peakBytes: 14_416_300, readbacks: 1, submits: 7, pipelinesAfterWarmup: 0 },
  transformer: {
    dispatches: 801,
    storageBytesBound: 377_405_180,
    peakBytes: 109_090_448,
    readbacks: 1,
    submits: 54,
    pipelinesAfterWarmup: 0,
  },
  resnet50: {
    dispatches: 6085,
    storageBytesBound: 32_979_539_384,
    peakBytes: 6_837_614_904,
    readbacks: 1,
    submits: 406,
    pipelinesAfterWarmup: 0,
  },
} as const satisfies Partial<Record<ModelName, StepCounters>>;
