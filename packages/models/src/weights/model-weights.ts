import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { storageOf, toStorage } from '@halftone/autocast';
import { message } from '../bytes/model-file-error.ts';
import { halfFormatOf, widenWeight } from '../layers/half-weight.ts';
import { leavesOf } from '../layers/layer-tree.ts';
import type { ModelView, WeightView } from '../layers/tfjs-layers.ts';
import type { TrainingBag } from '../checkpoint/subject/subject.ts';

/** A weight of a run, whatever holds it. */
export interface RunWeight {
  /** Where it is: path of the layer and name of the weight, or the name in the bag. */
  readonly key: string;
  readonly shape: readonly number[];
  readonly dtype: Tensor['dtype'];
  /** The tfjs name of its variable, by which optimizers name their slots. */
  readonly variableName: string;
  /** Its numbers now; the weight's own tensor. */
  read(): Tensor;
  /** Gives it these numbers in the storage that it has; cannot fail. The tensor stays the caller's. */
  assign(value: Tensor): void;
}

/** The weights of a run in a fixed order: those of the model by its layers, then those of the bag. */
export function weightsOf({ model, variables = [] }: TrainingBag): readonly RunWeight[] {
  const ofModel = model === undefined ? [] : modelWeights(model as unknown as ModelView).map(({ key, weight }) => layerWeight(key, weight));
  const named: readonly (readonly [string, Variable])[] = Array.isArray(variables)
    ? (variables as readonly Variable[]).map((variable) => [variable.name, variable] as const)
    : Object.entries(variables as Readonly<Record<string, Variable>>);
  for (const [name, variable] of named) {
    if (typeof variable?.assign !== 'function' || variable.isDisposed) {
      throw new TypeError(
        message(`variable '${name}' must be a tf.Variable that was not disposed`, typeof variable, 'Pass what tf.variable() gave.'),
      );
    }
  }
  const found = [...ofModel, ...named.map(([name, variable]) => plainWeight(name, variable))];
  const twice = found.find(({ key }, index) => found.findIndex((other) => other.key === key) !== index);
  if (twice !== undefined)
    throw new RangeError(message('each weight needs a name of its own', `'${twice.key}' twice`, 'Pass variables as { name: variable }.'));
  return found;
}

/** The weights of a model by where they are. Two of one name in a layer, as in a Bidirectional, are told by their order. */
export function modelWeights(model: ModelView): readonly { readonly key: string; readonly weight: WeightView }[] {
  const found = new Map<WeightView, string>();
  const taken = new Set<string>();
  const add = (weight: WeightView, key: string): void => {
    if (found.has(weight)) return;
    let name = key;
    for (let count = 2; taken.has(name); count++) name = `${key}#${count}`;
    taken.add(name);
    found.set(weight, name);
  };
  for (const { path, layer } of leavesOf(model)) {
    for (const weight of layer.weights as unknown as readonly WeightView[]) add(weight, `${path}/${weight.originalName.split('/').pop()}`);
  }
  for (const weight of model.weights) add(weight, weight.originalName); // of the class of the model itself
  return [...found].map(([weight, key]) => ({ key, weight }));
}

function layerWeight(key: string, weight: WeightView): RunWeight {
  return {
    key,
    shape: weight.shape as readonly number[],
    dtype: weight.dtype,
    variableName: weight.name,
    read: () => weight.read(),
    assign(value) {
      if (halfFormatOf(weight) !== null) widenWeight(weight); // the next fit stores it in half again
      assignAsStored(weight.val, value);
    },
  };
}

function plainWeight(key: string, variable: Variable): RunWeight {
  const { shape, dtype, name } = variable;
  return { key, shape, dtype, variableName: name, read: () => variable, assign: (value) => assignAsStored(variable, value) };
}

function assignAsStored(variable: Variable, value: Tensor): void {
  const storage = storageOf(variable);
  if (storage === 'float32') {
    variable.assign(value);
    return;
  }
  const narrow = toStorage(value, storage);
  variable.assign(narrow);
  narrow.dispose();
}
