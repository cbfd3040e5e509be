import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import type { Layer, ModelView } from '../layers/tfjs-layers.ts';
import { isContainer, viewOf } from '../layers/tfjs-layers.ts';
import type { Refusals } from './cannot-cross.ts';
import { refusals } from './cannot-cross.ts';
import type { KerasObject } from './hand-over.ts';
import { kerasObject } from './keras-object.ts';
import { layerToKeras, MODELS } from './layer-config.ts';
import type { LayerDTypes } from './layer-dtypes.ts';
import { layerDTypes } from './layer-dtypes.ts';
import { TAKES_STATE } from './layer-table.ts';
import { policyToKeras, whyNotInKeras } from './policies.ts';
import { noteTopology } from './topology-checks.ts';

/** The members of a container that the graph is read from. */
interface GraphView extends ModelView {
  readonly inputs: readonly SymbolicTensor[] | undefined;
  readonly containerNodes: ReadonlySet<string>;
  readonly trainable: boolean;
}

interface LayerJson {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly name?: string;
  readonly inbound_nodes?: readonly (readonly InboundJson[])[];
}

type InboundJson = readonly [layer: string, node: number, tensor: number, callArguments?: Readonly<Record<string, unknown>>];

interface Crossing {
  readonly dtypes: LayerDTypes;
  readonly refused: Refusals;
}

/** A model and the policies of its layers in Keras's words; everything that cannot cross is named in one error. */
export function modelToKeras(model: LayersModel): KerasObject {
  const view = viewOf(model, 'toKeras()') as GraphView;
  const refused = refusals('to Keras');
  const crossing: Crossing = { dtypes: layerDTypes(view, refused), refused };
  noteTopology(view, refused);
  if (view.inputs === undefined) refused.throwIfAny(); // nothing below can be asked of a model that is not built
  const result = containerToKeras(view, model.toJSON(null, false) as unknown as LayerJson, crossing);
  refused.throwIfAny();
  return result;
}

function containerToKeras(model: GraphView, source: LayerJson, crossing: Crossing): KerasObject {
  const className = model.getClassName();
  if (!MODELS.includes(className)) {
    crossing.refused.add(`model '${model.name}' of class ${className}`);
    return kerasObject('keras', className, {});
  }
  if (className !== 'Sequential') return functionalToKeras(model, source, crossing);
  const layers = (Array.isArray(source.config) ? source.config : source.config['layers']) as readonly LayerJson[];
  const inputs = inputLayers(model);
  return kerasObject('keras', 'Sequential', {
    name: model.name,
    trainable: model.trainable,
    dtype: dtypeOf(crossing.dtypes.model),
    layers: [
      ...inputs,
      ...model.layers.flatMap((layer, index) => (isInput(layer) ? [] : [convert(layer, layers[index] as LayerJson, crossing)])),
    ],
    build_input_shape: inputs[0]?.config['batch_shape'] ?? null,
  });
}

function functionalToKeras(model: GraphView, { config }: LayerJson, crossing: Crossing): KerasObject {
  const sources = config['layers'] as readonly LayerJson[];
  const inputs = new Map(inputLayers(model).map((layer) => [layer.config['name'] as string, layer]));
  const layers = model.layers.map((layer, index) => {
    const source = sources[index] as LayerJson;
    const converted = isInput(layer)
      ? (inputs.get(layer.name) ?? inputLayer(layer.name, layer.output as SymbolicTensor))
      : convert(layer, source, crossing);
    return { ...converted, name: layer.name, inbound_nodes: (source.inbound_nodes ?? []).map((node) => callOf(layer, node)) };
  });
  const made = kerasObject('keras.src.models.functional', 'Functional', {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: single((config['input_layers'] as readonly InboundJson[]).map((place) => [...place])),
    output_layers: single((config['output_layers'] as readonly InboundJson[]).map(outputPlace)),
  });
  return { ...made, registered_name: 'Functional' };

  function callOf(layer: Layer, inbound: readonly InboundJson[]): unknown {
    const tensors = inbound.map(tensorOf);
    if (!TAKES_STATE.includes(layer.getClassName())) {
      for (const name of Object.keys(inbound[0]?.[3] ?? {})) crossing.refused.add(`call argument ${name} of layer '${layer.name}'`);
      return { args: [single(tensors)], kwargs: {} };
    }
    const [first, ...states] = tensors;
    return { args: [first], kwargs: states.length === 0 ? {} : { initial_state: states } };
  }

  function tensorOf([name, node, index]: InboundJson): unknown {
    const layer = model.layers.find((known) => known.name === name) as Layer;
    const kept = layer.inboundNodes.filter((_, at) => model.containerNodes.has(`${name}_ib-${at}`));
    const at = isContainer(layer) ? node - 1 : node; // tfjs counts a model's own node first, Keras 3 does not
    const { shape, dtype } = (kept[at] as { readonly outputTensors: readonly SymbolicTensor[] }).outputTensors[index] as SymbolicTensor;
    return { class_name: '__keras_tensor__', config: { shape, dtype, keras_history: [name, at, index] } };
  }

  function outputPlace([name, node, index]: InboundJson): readonly (string | number)[] {
    const layer = model.layers.find((known) => known.name === name);
    return [name, layer?.getClassName() === 'Sequential' ? node - 1 : node, index];
  }
}

function convert(layer: Layer, source: LayerJson, crossing: Crossing): KerasObject {
  if (isContainer(layer)) return containerToKeras(layer as unknown as GraphView, source, crossing);
  return layerToKeras(layer, source, {
    dtype: dtypeOf(crossing.dtypes.of(layer)),
    refused: crossing.refused,
    modelToKeras: (inner) => {
      const model = inner as unknown as GraphView;
      return containerToKeras(model, (model as unknown as LayersModel).toJSON(null, false) as unknown as LayerJson, crossing);
    },
  });
}

/** A policy that cannot cross was noted already; a stand-in keeps the walk going, so that all else is noted too. */
function dtypeOf(policy: Policy): KerasObject {
  return policyToKeras(whyNotInKeras(policy) === null ? policy : 'float32');
}

function inputLayers({ inputs }: GraphView): readonly KerasObject[] {
  return (inputs ?? []).map((input) => inputLayer(input.sourceLayer.name, input));
}

function inputLayer(name: string, { shape, dtype }: SymbolicTensor): KerasObject {
  return kerasObject('keras.layers', 'InputLayer', { batch_shape: shape, dtype, sparse: false, name });
}

function isInput(layer: Layer): boolean {
  return layer.getClassName() === 'InputLayer';
}

function single<T>(items: readonly T[]): T | readonly T[] {
  return items.length === 1 ? (items[0] as T) : items;
}
