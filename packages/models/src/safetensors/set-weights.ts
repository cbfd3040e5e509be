import { util } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message, show } from '../bytes/model-file-error.ts';
import { narrowed } from '../weights/narrow-weight.ts';
import { checkStorage, placeWeight, type WeightStorage } from '../weights/place-weight.ts';
import { checkAllowance, type RangeAllowance } from '../weights/range-report.ts';
import { dtypes } from './dtype.ts';
import type { SafetensorsReader } from './read-safetensors.ts';
import { dataOf, type SafetensorsFile, type SafetensorsInfo, type SafetensorsTensor, tensorOver } from './tensor.ts';
import type { WeightMap, WeightOrigin } from './torch-names.ts';
import { applyTransform } from './transform.ts';
import { byName, weightData } from './weight-data.ts';

/** Options of {@link setWeights}. */
export interface SetWeightsOptions {
  /** `'as stored'` unless set, as for `toTensors`; `'float32'` for a model that will be trained. */
  readonly storage?: WeightStorage | undefined;
  /** Whether weights that the map does not name keep their values; every weight must be named unless true. */
  readonly partial?: boolean | undefined;
  /** What may be lost where numbers are narrowed; nothing unless set. */
  readonly allow?: RangeAllowance | undefined;
}

/**
 * Sets the weights of a Layers model from a safetensors file.
 *
 * Names, types and shapes are all compared before the first weight changes. Each weight says where it comes from and how its layout
 * changes; {@link torchNames} writes that map for common layers.
 *
 * Waits for the file, not for the device. One weight at a time is copied on the way.
 *
 * @param model - its weights change in place
 * @param file - what {@link readSafetensors} or {@link openSafetensors} gave
 * @param weights - weight names of the model (`'dense/kernel'`) to their origins
 * @param options - `storage` `'as stored'`, `partial` false, `allow` nothing
 * @throws RangeError if a name is missing on either side, or a type does not fit, or a shape after its transform;
 * HalfRangeError if a value does not fit the half storage that was asked for
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], useBias: false, name: 'head' })] });
 * const file = { metadata: {}, tensors: [{ name: 'fc.weight', dtype: 'F32', shape: [1, 2], values: new Float32Array([3, 4]) }] };
 * await setWeights(model, file, torchNames(model, { head: 'fc' }));
 * model.getWeights()[0].dataSync(); // Float32Array [3, 4]
 */
export async function setWeights(
  model: LayersModel,
  file: SafetensorsFile | SafetensorsReader,
  weights: WeightMap,
  options: SetWeightsOptions = {},
): Promise<void> {
  const { storage = 'as stored', partial = false } = options;
  const allow = checkAllowance(options.allow);
  checkStorage(storage);
  const plan = checkedPlan(model, byName('infos' in file ? file.infos : file.tensors), new Map(Object.entries(weights)), partial);
  for await (const source of 'infos' in file ? file.tensors() : file.tensors) {
    for (const { variable, origin } of plan.get(source.name) ?? []) {
      const moved = transformed(source, origin, variable.shape as number[]);
      const size = util.sizeFromShape([...moved.shape]);
      const tensor = placeWeight(narrowed(source.name, weightData(moved), { size, storage, allow }), moved.shape, storage);
      try {
        variable.write(tensor);
      } finally {
        tensor.dispose();
      }
    }
  }
}

type Variable = LayersModel['weights'][number];
type Plan = ReadonlyMap<string, readonly { readonly variable: Variable; readonly origin: WeightOrigin }[]>;

function checkedPlan(
  model: LayersModel,
  infos: ReadonlyMap<string, SafetensorsInfo>,
  weights: ReadonlyMap<string, WeightOrigin>,
  partial: boolean,
): Plan {
  const variables = new Map(model.weights.map((variable) => [variable.originalName, variable]));
  const unnamed = [...variables.keys()].filter((name) => !weights.has(name));
  if (unnamed.length > 0 && !partial) {
    throw new RangeError(
      message(
        'every weight of the model must have an origin',
        `none for ${unnamed.slice(0, 10).map(show).join(', ')}`,
        'Name them, or pass partial: true.',
      ),
    );
  }
  const plan = new Map<string, { variable: Variable; origin: WeightOrigin }[]>();
  for (const [name, origin] of weights) {
    const variable = variables.get(name);
    if (variable === undefined) {
      throw new RangeError(
        message('the model must have the weight', show(name), `It has ${[...variables.keys()].slice(0, 20).join(', ')}.`),
      );
    }
    const info = infos.get(origin.from);
    if (info === undefined)
      throw new RangeError(
        message(`the origin of ${show(name)} must be in the file`, show(origin.from), 'See infos or tensors for what is there.'),
      );
    checkType(name, info, variable.dtype);
    checkShape(name, info, origin, variable.shape as number[]);
    plan.set(info.name, [...(plan.get(info.name) ?? []), { variable, origin }]);
  }
  return plan;
}

function checkType(name: string, { name: from, dtype }: SafetensorsInfo, wanted: string): void {
  const becomes = /^B?F/.test(dtype) ? 'float32' : dtype === 'BOOL' ? 'bool' : 'int32';
  if (becomes !== wanted)
    throw new RangeError(message(`weight ${show(name)} must be ${wanted}`, `${dtype} in ${show(from)}`, 'Name another tensor.'));
}

function checkShape(name: string, info: SafetensorsInfo, { transform }: WeightOrigin, target: readonly number[]): void {
  const { shape } = applyTransform(transform, { data: [], shape: info.shape, target });
  if (util.arraysEqual([...shape], [...target])) return;
  throw new RangeError(
    message(
      `weight ${show(name)} must have the shape ${show(target)}`,
      `${show(shape)} from ${show(info.name)} by '${transform}'`,
      'Name another transform, or another tensor.',
    ),
  );
}

function transformed(source: SafetensorsTensor, { transform }: WeightOrigin, target: readonly number[]): SafetensorsTensor {
  const { data, shape } = applyTransform(transform, { data: dataOf(source) as ArrayLike<unknown>, shape: source.shape, target });
  const array = data as ReturnType<typeof dataOf>;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.length * dtypes[source.dtype].bytes);
  return tensorOver({ name: source.name, dtype: source.dtype, shape }, bytes);
}
