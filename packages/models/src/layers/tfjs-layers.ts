import type { DataType, Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** A layer of tfjs-layers, of tfjs's own or custom. */
export type Layer = layers.Layer;

/** A loss or metric as tfjs-layers keeps it after `compile`. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A weight of a layer with the members that TypeScript hides; `val` is the tf.Variable. */
export interface WeightView {
  val: Variable;
  readonly name: string;
  readonly originalName: string;
  readonly dtype: DataType;
  readonly shape: readonly (number | null)[];
  readonly trainable: boolean;
  read(): Tensor;
  write(value: Tensor): WeightView;
  dispose(): void;
}

/** The members of a Layers model that we use and TypeScript hides. Checked by `viewOf`, so that another tfjs is noticed at once. */
export interface ModelView {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly outputs: readonly { readonly sourceLayer: Layer }[];
  readonly weights: readonly WeightView[];
  readonly trainableWeights: readonly WeightView[];
  /** The model inside a Sequential, made by its `build()`. */
  readonly model?: ModelView | null;
  optimizer_?: Optimizer;
  isOptimizerOwned?: boolean;
  lossFunctions?: LossFunction[];
  metricsTensors?: [LossFunction, number][];
  testFunction?: (data: Tensor[]) => unknown;
  /** What `compile` found trainable. */
  readonly collectedTrainableWeights?: readonly WeightView[] | null;
  getClassName(): string;
}

const METHODS = [
  'compile',
  'predict',
  'predictOnBatch',
  'execute',
  'call',
  'fit',
  'fitDataset',
  'trainOnBatch',
  'makeTrainFunction',
  'makeTestFunction',
] as const;

/** Whether it has what a container of layers has; also with a second copy of tfjs-layers, which `instanceof` does not see. */
export function isContainer(value: unknown): value is LayersModel {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(Reflect.get(value, 'layers')) &&
    typeof Reflect.get(value, 'predict') === 'function'
  );
}

/** Whether it is a layer: built-in, custom, or a model. */
export function isLayer(value: unknown): value is Layer {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'call') === 'function' && Array.isArray(Reflect.get(value, 'inboundNodes'));
}

/** A Layers model with its hidden members, or an error that says what came instead. */
export function viewOf(model: unknown, caller: string): ModelView {
  if (!isContainer(model)) throw new TypeError(`[models] ${caller} takes a Layers model, got ${describe(model)}`);
  const missing = METHODS.filter((name) => typeof Reflect.get(model, name) !== 'function');
  if (missing.length > 0) {
    throw new Error(
      `[models] this version of tfjs-layers is unknown, got a model without ${missing.join(', ')}. Install @tensorflow/tfjs-layers 4.22, or a newer @halftone/models.`,
    );
  }
  return model as unknown as ModelView;
}

function describe(model: unknown): string {
  if (typeof model !== 'object' || model === null)
    return `${model === null ? 'null' : typeof model}. Pass a model of tf.sequential(), tf.model() or tf.loadLayersModel().`;
  if (typeof Reflect.get(model, 'executeAsync') === 'function') {
    return "a GraphModel, which has no layers. Choose kernels instead: mixedPrecision(model, withOps(policy('mixed_float16'), { deny: ['Softmax'] })).";
  }
  if (typeof Reflect.get(model, 'then') === 'function') return 'a Promise. Await it: mixedPrecision(await tf.loadLayersModel(url)).';
  return 'another object. Pass a model of tf.sequential(), tf.model() or tf.loadLayersModel().';
}
