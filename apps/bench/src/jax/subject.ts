import type { MeteredGpu } from '../device.ts';
import { models } from '../models/model-table.ts';
import type { ModelDefinition } from '../models/model.ts';
import type { StepSpec } from '../step-spec.ts';
import type { Subject } from '../subject.ts';
import { adamTrainer } from './adam.ts';
import { jaxCnn } from './cnn.ts';
import type { JaxModel } from './jax-model.ts';
import { jaxMlp } from './mlp.ts';
import { jaxTransformer } from './transformer.ts';

const makers: Readonly<Record<string, (options: StepSpec['options']) => JaxModel>> = {
  cnn: jaxCnn,
  mlp: jaxMlp,
  transformer: jaxTransformer,
};

/**
 * Builds a model in jax-js: the same weights, data and formulas as in tfjs, compiled by its `jit` as its users do.
 *
 * Needs a Node with `Float16Array`, 24 or later.
 */
export async function openJax(spec: StepSpec, gpu: MeteredGpu | null): Promise<Subject> {
  const { init, defaultDevice } = await import('@jax-js/jax');
  await init();
  defaultDevice('webgpu');
  const make = makers[spec.model];
  if (make === undefined)
    throw new RangeError(`[bench] jax-js has the models ${Object.keys(makers).join(', ')}, got ${spec.model}. Use --backend webgpu.`);
  const definition: ModelDefinition = models[spec.model];
  if (spec.optimizer !== undefined && spec.optimizer !== definition.optimizer.name)
    throw new RangeError(
      `[bench] jax-js has ${definition.optimizer.name} for ${spec.model}, got ${spec.optimizer}. Leave --optimizer out.`,
    );
  const model = make(spec.options);
  return {
    gpu,
    tensorflow: null,
    device: gpu?.description ?? 'unknown',
    codec: spec.policy === 'float16' ? 'f16' : 'f32',
    optimizer: definition.optimizer.name,
    parameters: Object.values(model.weights).reduce((sum, { data }) => sum + data.length, 0),
    versions: {},
    step: adamTrainer(model, definition.optimizer, { half: spec.policy === 'float16' }),
  };
}
