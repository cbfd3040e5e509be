import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { KerasObject } from '../src/keras/hand-over.ts';
import { placedWeights } from '../src/keras/weight-paths.ts';
import type { ModelView } from '../src/layers/tfjs-layers.ts';
import { inputValues, weightValues } from './keras-cases.ts';

/** What real Keras said of one model. */
export interface KerasAnswer {
  readonly name: string;
  readonly error?: string;
  readonly json: KerasObject;
  readonly weights: readonly (readonly [key: string, shape: readonly number[]])[];
  readonly outputs: readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[];
}

/** Sets the weights by the formula, and gives their keys and shapes. */
export function setByFormula(model: LayersModel): readonly (readonly [string, readonly (number | null)[]])[] {
  return placedWeights(model as unknown as ModelView).map((placed, index) => {
    tf.tidy(() => placed.weight.val.assign(tf.tensor(weightValues(index, placed), placed.weight.shape as number[])));
    return [placed.key, placed.weight.shape] as const;
  });
}

/** What the model gives for the inputs of the formula. */
export function answerOf(
  model: LayersModel,
  indices?: number,
): readonly { readonly shape: readonly number[]; readonly values: Float32Array }[] {
  return tf.tidy(() => {
    const inputs = model.inputs.map(({ shape }, index) => inputValues(index, { shape, indices }));
    const outputs = model.predict(inputs.length === 1 ? (inputs[0] as Tensor) : inputs);
    return [outputs].flat().map((output) => ({ shape: output.shape, values: output.dataSync() as Float32Array }));
  });
}

/** Where two configs differ: every key of `ours` must be in `theirs` with the same value; objects may hold more. */
export function differences(ours: unknown, theirs: unknown, path = ''): readonly string[] {
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((value, index) => differences(value, theirs[index], `${path}[${index}]`));
  }
  if (isObject(ours) && isObject(theirs)) {
    const kept = Object.keys(ours).filter((key) => !forgotten(ours, key));
    return kept.flatMap((key) => differences(ours[key], theirs[key], `${path}.${key}`));
  }
  const near = typeof ours === 'number' && typeof theirs === 'number' && Math.fround(ours) === Math.fround(theirs);
  return near || Object.is(ours, theirs) ? [] : [`${path}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`];
}

/** What Keras 3.15 takes and does not write again. */
function forgotten(ours: Readonly<Record<string, unknown>>, key: string): boolean {
  return key === 'gain' || (key === 'dtype' && String(ours['name']).startsWith('shapes_2')); // Identity; SpatialDropout1D
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
