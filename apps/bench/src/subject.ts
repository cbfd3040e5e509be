import { cpus } from 'node:os';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { policy } from '@halftone/policy';
import { version_core, type Optimizer } from '@tensorflow/tfjs-core';
import { backendInfo } from './backends.ts';
import { openGpu, type MeteredGpu } from './device.ts';
import { models } from './models/model-table.ts';
import type { ModelDefinition, OptimizerSpec } from './models/model.ts';
import { createOptimizer } from './models/optimizers.ts';
import { openTensorflow, type MeteredTensorflow } from './open-tensorflow.ts';
import { openTfjs } from './open-tfjs.ts';
import type { StepSpec } from './step-spec.ts';

/** A train step of some library, ready to be measured. */
export interface Subject {
  /** At most one of the two is there. */
  readonly gpu: MeteredGpu | null;
  readonly tensorflow: MeteredTensorflow | null;
  readonly device: string;
  readonly codec: string;
  readonly optimizer: string;
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
  step(): Promise<number>;
}

/**
 * Opens the backend of a spec and builds its model there.
 *
 * To be called once in a process: it registers backends and sets the default policy. Waits for the device.
 */
export async function openSubject(spec: StepSpec): Promise<Subject> {
  const { meter } = backendInfo(spec.backend);
  const gpu = meter === 'webgpu' ? await openGpu(spec) : null;
  if (spec.backend === 'jax-js') return (await import('./jax/subject.ts')).openJax(spec, gpu);
  const tensorflow = meter === 'tensorflow' ? await openTensorflow(spec) : null;
  const codec = tensorflow?.codec ?? (await openTfjs(spec));
  const definition: ModelDefinition = models[spec.model];
  const chosen: OptimizerSpec = { ...definition.optimizer, ...(spec.optimizer === undefined ? {} : { name: spec.optimizer }) };
  const optimizer = optimizerOf(spec, chosen);
  const model = definition.build(spec.options, optimizer);
  const batch = definition.example(spec.options);
  return {
    gpu,
    tensorflow,
    device: gpu?.description ?? tensorflow?.description ?? (cpus()[0]?.model.trim() || 'the CPU'),
    codec,
    optimizer: chosen.name,
    parameters: model.variables.reduce((sum, { size }) => sum + size, 0),
    versions: { tfjs: version_core },
    step: () => model.train(batch),
  };
}

/** Bare on other backends and where everything is half; else wrapped: dynamic loss scale for float16, none for the rest. */
function optimizerOf({ backend, policy: name }: StepSpec, spec: OptimizerSpec): Optimizer {
  const source = backend.startsWith('halftone-') ? 'halftone' : 'stock';
  const bare = createOptimizer(spec, { source });
  return source === 'stock' || policy(name).param !== 'float32' ? bare : mixedPrecisionOptimizer(bare, { policy: name });
}
