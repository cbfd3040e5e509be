import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { message, show } from '../bytes/model-file-error.ts';
import { setLayerPolicy } from '../layers/set-layer-policy.ts';
import { wrapLayers } from '../layers/wrap-layers.ts';
import type { Refusals } from './cannot-cross.ts';
import { refusals } from './cannot-cross.ts';
import type { KerasObject } from './hand-over.ts';
import { isKerasObject, isRecord } from './keras-object.ts';
import { layerFromKeras } from './layer-config.ts';
import { policyFromKeras } from './policies.ts';

type Config = Readonly<Record<string, unknown>>;

/** A Layers model from what `model.to_json()` of Keras 3 gives, under its policies; weights are as their initializers make them. */
export async function modelFromKeras(source: KerasObject): Promise<LayersModel> {
  const refused = refusals('from Keras');
  const topology = containerFromKeras(source, refused);
  noteMasks(source, refused);
  const policies = policiesFromKeras(source, refused);
  refused.throwIfAny();
  const model = await loadLayersModel(io.fromMemory({ modelTopology: { model_config: topology } as never }));
  return underPolicies(model, policies);
}

/** The policy that most layers have becomes the model's, others stay with their layers; a float32 model is left alone. */
function underPolicies(model: LayersModel, policies: ReadonlyMap<string, Policy>): LayersModel {
  const counts = new Map<Policy, number>();
  for (const policy of policies.values()) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  const half = [...counts].filter(([{ compute }]) => compute !== 'float32').sort(([, a], [, b]) => b - a);
  const whole = half[0]?.[0];
  if (whole === undefined) return model;
  wrapLayers(model, whole, {});
  for (const [path, policy] of policies) {
    if (policy !== whole) setLayerPolicy(model, new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`), policy);
  }
  return model;
}

/** Keras can give zeros at masked steps, which tfjs cannot; without masks that means nothing. */
function noteMasks(source: KerasObject, refused: Refusals): void {
  const text = JSON.stringify(source);
  if (!/"zero_output_for_mask":true/.test(text) || !/"mask_zero":true|"class_name":"Masking"/.test(text)) return;
  refused.add(`zero_output_for_mask in model ${show(source.config['name'])}, which has masks`);
}

/** The policy of each layer by its path; one that Halftone does not have is noted. */
function policiesFromKeras(source: KerasObject, refused: Refusals): ReadonlyMap<string, Policy> {
  const found = new Map<string, Policy>();
  const known = new Map<string, Policy>();
  const visit = ({ config }: KerasObject, prefix: string): void => {
    for (const layer of layersIn(config)) {
      const { name, dtype = 'float32' } = layer.config;
      const path = prefix + String(name);
      if (Array.isArray(layer.config['layers'])) visit(layer, `${path}/`);
      if (Array.isArray(layer.config['layers']) || layer.class_name === 'InputLayer') continue;
      try {
        const policy = policyFromKeras(dtype);
        known.set(policy.name, known.get(policy.name) ?? policy);
        found.set(path, known.get(policy.name) as Policy);
      } catch {
        refused.add(`the policy ${isKerasObject(dtype) ? show(dtype.config['name'] ?? dtype.class_name) : show(dtype)} of layer '${path}'`);
      }
    }
  };
  visit(source, '');
  return found;
}

function containerFromKeras(source: KerasObject, refused: Refusals): unknown {
  const { class_name: className, config } = source;
  if (!Array.isArray(config['layers'])) {
    refused.add(`model ${show(config['name'])} of class ${className} without layers`);
    return null;
  }
  return className === 'Sequential' ? sequentialFromKeras(config, refused) : functionalFromKeras(config, refused);
}

function sequentialFromKeras(config: Config, refused: Refusals): unknown {
  return {
    class_name: 'Sequential',
    config: { name: config['name'], layers: layersIn(config).map((layer) => convert(layer, refused)) },
  };
}

function functionalFromKeras(config: Config, refused: Refusals): unknown {
  const sources = layersIn(config);
  const classes = new Map(sources.map((layer) => [layer.config['name'], layer.class_name]));
  const isModel = (name: unknown): boolean => ['Sequential', 'Functional', 'Model'].includes(classes.get(name) ?? '');
  const layers = sources.map((source) => {
    const nodes: unknown = Reflect.get(source, 'inbound_nodes');
    return {
      ...(convert(source, refused) as object),
      name: source.config['name'],
      inbound_nodes: (Array.isArray(nodes) ? nodes : []).map((node: unknown) =>
        tensorsOf(node, source, refused).map(([name, at, index]) => [name, isModel(name) ? Number(at) + 1 : at, index, {}]),
      ),
    };
  });
  const outputs = places(config['output_layers']).map(([name, at, index]) => [
    name,
    classes.get(name) === 'Sequential' ? Number(at) + 1 : at,
    index,
  ]);
  return {
    class_name: 'Model',
    config: { name: config['name'], layers, input_layers: places(config['input_layers']), output_layers: outputs },
  };
}

function convert(source: KerasObject, refused: Refusals): unknown {
  if (source.class_name !== 'InputLayer') return layerFromKeras(source, refused, (model) => containerFromKeras(model, refused));
  const { batch_shape: shape, dtype, name, sparse } = source.config;
  const known = Object.entries(INPUT_DTYPES).find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(String(dtype)))?.[1];
  if (sparse === true) refused.add(`sparse of layer '${String(name)}'`);
  if (known === undefined) refused.add(`dtype ${show(dtype)} of layer '${String(name)}'`);
  return { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype: known, sparse: false, name } };
}

/** What tfjs holds the numbers of an input as. */
const INPUT_DTYPES: Readonly<Record<string, string>> = { 'b?float\\d+': 'float32', 'u?int\\d+': 'int32', bool: 'bool' };

/** The tensors of one call in the order in which tfjs takes them: its inputs, then its first state. */
function tensorsOf(node: unknown, { config }: KerasObject, refused: Refusals): readonly (readonly unknown[])[] {
  const { args = [], kwargs = {} } = isRecord(node) ? node : {};
  const label = `layer '${String(config['name'])}'`;
  for (const [name, value] of Object.entries(isRecord(kwargs) ? kwargs : {})) {
    if (value !== null && name !== 'initial_state') refused.add(`call argument ${name} of ${label}`);
  }
  const given = [args, isRecord(kwargs) ? (kwargs['initial_state'] ?? []) : []].flat(3) as readonly unknown[];
  return given.map((tensor) => {
    const place = isKerasObject(tensor) && tensor.class_name === '__keras_tensor__' ? tensor.config['keras_history'] : null;
    if (Array.isArray(place)) return place as readonly unknown[];
    refused.add(`a call of ${label} with something else than tensors`);
    return [null, 0, 0];
  });
}

/** One place, or a list of them. */
function places(value: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(value))
    throw new RangeError(message('inputs and outputs of a model must be a list', show(value), 'Write it with to_json() of Keras 3.'));
  return typeof value[0] === 'string' ? [value] : (value as readonly (readonly unknown[])[]);
}

function layersIn(config: Config): readonly KerasObject[] {
  const layers: unknown = config['layers'];
  return Array.isArray(layers) ? layers.filter(isKerasObject) : [];
}
