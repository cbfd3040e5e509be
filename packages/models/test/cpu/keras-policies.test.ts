import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import type { MixedPrecisionOptimizer } from '@halftone/optimizer';
import { adamW } from '@halftone/optimizer';
import { policy } from '@halftone/policy';
import { goldenBytes, goldenJson } from '@halftone/testing';
import type { KerasObject, KerasObjectOf, PolicyMap } from '../../src/index.ts';
import { fromKeras, policyAt, policyOf, summarizeModel, toKeras } from '../../src/index.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

interface GoldenPolicy {
  readonly name: string;
  readonly serialized?: KerasObjectOf<'DTypePolicy'>;
  readonly compute_dtype?: string;
  readonly variable_dtype?: string;
}
const { policies } = goldenJson<{ readonly policies: readonly GoldenPolicy[] }>('keras_policies/policies.json');
const OURS: readonly string[] = ['float32', 'float16', 'bfloat16', 'mixed_float16', 'mixed_bfloat16'];

test.each(policies)('the policy "$name" of Keras comes here, or is refused', ({ name, serialized, compute_dtype, variable_dtype }) => {
  if (serialized === undefined || !OURS.includes(name)) {
    expect(() => fromKeras(serialized ?? ({ module: 'keras', class_name: 'DTypePolicy', config: { name } } as const))).toThrow(
      'must be a DTypePolicy of',
    );
    return;
  }
  const here = fromKeras(serialized);
  expect({ compute: here.compute, param: here.param }).toEqual({ compute: compute_dtype, param: variable_dtype });
  expect(toKeras(here)).toEqual(serialized);
});

test('a policy that Keras has no words for is refused', () => {
  expect(() => toKeras('param=float32,compute=float16,output=float16')).toThrow('which Keras has no name for');
  expect(() => toKeras('mixed_float16,deny=Tanh')).toThrow('overrides of single ops (Tanh)');
  expect(() => toKeras(5 as never)).toThrow('toKeras() takes a policy');
  expect(() => fromKeras({} as never)).toThrow('an object with class_name and config');
});

interface GoldenMap {
  readonly default: string | null;
  readonly entries: readonly (readonly [string, string])[];
  readonly events: readonly { readonly get?: string; readonly policy?: string; readonly error?: string }[];
  readonly serialized?: KerasObjectOf<'DTypePolicyMap'>;
}

test.each(goldenJson<{ readonly maps: readonly GoldenMap[] }>('keras_policies/maps.json').maps)(
  'a map of policies answers as that of Keras: $entries',
  (golden) => {
    const entries = [...new Map([...golden.entries].reverse())].reverse().map(([pattern, name]) => [pattern, policy(name)] as const);
    const map: PolicyMap = { default: golden.default === null ? null : policy(golden.default), entries };
    for (const { get, error, policy: name } of golden.events) {
      if (get === undefined) continue;
      if (error === undefined) expect(policyAt(map, get).name).toBe(name);
      else expect(() => policyAt(map, get)).toThrow('one pattern must match');
    }
    if (golden.serialized === undefined) return;
    expect(toKeras(map)).toEqual(golden.serialized);
    expect(fromKeras(golden.serialized)).toEqual(map);
  },
);

test('a map with a broken pattern is refused', () => {
  const config = { default_policy: null, policy_map: { '(': toKeras('float32') } };
  expect(() => fromKeras({ module: 'keras.dtype_policies', class_name: 'DTypePolicyMap', config })).toThrow(
    'a path or a regular expression',
  );
  expect(() => fromKeras({ module: 'keras.dtype_policies', class_name: 'DTypePolicyMap', config: {} })).toThrow('must have a policy_map');
});

interface GoldenModel {
  readonly to_json: KerasObjectOf<'Functional'>;
  readonly layers: readonly {
    readonly name: string;
    readonly class: string;
    readonly policy: string;
    readonly weights: readonly (readonly [string, string])[];
  }[];
  readonly blob: {
    readonly file: string;
    readonly arrays: readonly { readonly name: string; readonly shape: readonly number[]; readonly byteOffset: number }[];
  };
}

test.each([
  ['mlp_mixed_float16', 'mixed_float16', 2e-3],
  ['mlp_per_layer', 'mixed_float16', 2e-2],
  ['cnn_mixed_bfloat16', 'mixed_bfloat16', 2e-2],
] as const)('%s of Keras computes here as there, each layer under its policy', async (name, whole, tolerance) => {
  const golden = goldenJson<GoldenModel>(`keras_policies/${name}.json`);
  const arrays = new Map(golden.blob.arrays.map((array) => [array.name, array]));
  const bytes = goldenBytes(`keras_policies/${golden.blob.file}`);
  const tensorOf = (key: string): tf.Tensor => {
    const { shape, byteOffset } = arrays.get(key) as { readonly shape: readonly number[]; readonly byteOffset: number };
    const size = shape.reduce((product, length) => product * length, 1);
    return tf.tensor(new Float32Array(bytes.buffer, byteOffset, size), [...shape]);
  };
  const model = await fromKeras(golden.to_json);
  expect(policyOf(model)?.name).toBe(whole);
  for (const { name: layer, weights } of golden.layers)
    if (weights.length > 0) model.getLayer(layer).setWeights(weights.map(([key]) => tensorOf(key)));
  expect(layerPolicies(model)).toEqual(
    golden.layers.filter((layer) => layer.class !== 'InputLayer').map((layer) => `${layer.name} ${layer.policy}`),
  );
  const output = model.predict(tensorOf('input')) as tf.Tensor;
  const [ours, theirs] = [output.dataSync(), tensorOf('output').dataSync()];
  expect(
    Math.max(...ours.map((value, at) => Math.abs(value - (theirs[at] ?? NaN)) / Math.max(1, Math.abs(theirs[at] ?? NaN)))),
  ).toBeLessThan(tolerance);
  const again = toKeras(model).config['layers'] as readonly KerasObject[];
  expect(again.map((layer) => dtypeOf(layer))).toEqual(
    (golden.to_json.config['layers'] as readonly KerasObject[]).map((layer) => dtypeOf(layer)),
  );
});

test('a policy of a layer that Halftone does not have is refused by the layer', async () => {
  const { to_json: json } = goldenJson<GoldenModel>('keras_policies/mlp_per_layer.json');
  const text = JSON.stringify(json).replaceAll('"mixed_bfloat16"', '"float64"');
  await expect(fromKeras(text)).rejects.toThrow(`the policy "float64" of layer 'norm'`);
  await expect(fromKeras('{')).rejects.toThrow('the text must be JSON');
  await expect(fromKeras('[]')).rejects.toThrow('the text must be that of a model');
});

test('an optimizer goes to Keras with its scale, and comes back', () => {
  const scale = dynamicLossScale({ initialScale: 4, growthInterval: 7 });
  const there = toKeras(tf.train.adam(0.5, 0.25, 0.125, 0.0625), { lossScale: scale });
  expect(there).toEqual({
    module: 'keras.optimizers',
    class_name: 'LossScaleOptimizer',
    config: {
      inner_optimizer: {
        module: 'keras.optimizers',
        class_name: 'Adam',
        config: { learning_rate: 0.5, beta_1: 0.25, beta_2: 0.125, epsilon: 0.0625 },
        registered_name: null,
      },
      initial_scale: 4,
      dynamic_growth_steps: 7,
    },
    registered_name: null,
  });
  const back = fromKeras(there) as MixedPrecisionOptimizer;
  expect([back.getClassName(), back.toJSON().state.scale]).toEqual(['Adam', 4]);
  expect(toKeras(back.inner, { lossScale: scale })).toEqual(there);
  expect(toKeras(tf.train.sgd(0.5), { lossScale: staticLossScale(8) }).config).toEqual({ learning_rate: 0.5, loss_scale_factor: 8 });
  expect(() => toKeras(back)).toThrow('pass its inner one');
});

test('an optimizer as Keras serializes it comes with its clipping, and all that is unknown is named', () => {
  const idle = {
    weight_decay: null,
    clipnorm: null,
    global_clipnorm: null,
    clipvalue: null,
    use_ema: false,
    ema_momentum: 0.99,
    loss_scale_factor: null,
  };
  const adam = { name: 'adam', learning_rate: 0.5, beta_1: 0.25, beta_2: 0.125, epsilon: 0.0625, amsgrad: false };
  const of = (class_name: string, config: object): KerasObject => ({
    module: 'keras.optimizers',
    class_name,
    config: { ...idle, ...config } as Record<string, unknown>,
  });
  expect(fromKeras(of('Adam', adam))).toBeInstanceOf(tf.AdamOptimizer);
  expect((fromKeras(of('Adam', { ...adam, global_clipnorm: 1 })) as MixedPrecisionOptimizer).inner).toBeInstanceOf(tf.AdamOptimizer);
  const momentum = fromKeras(of('SGD', { learning_rate: 0.5, momentum: 0.25, nesterov: true })) as tf.MomentumOptimizer;
  expect(momentum.getConfig()).toEqual({ learningRate: 0.5, momentum: 0.25, useNesterov: true });
  expect(() =>
    fromKeras(
      of('Adam', { ...adam, amsgrad: true, use_ema: true, weight_decay: 0.5, learning_rate: { class_name: 'CosineDecay', config: {} } }),
    ),
  ).toThrow(/learning_rate CosineDecay.*|amsgrad true/);
  expect(() => fromKeras(of('Lion', {}))).toThrow('must be a DTypePolicy');
  expect(() => fromKeras(of('Adam', { learning_rate: 0.5 }))).toThrow('the optimizer Adam without beta_1');
  expect((fromKeras(toKeras(adamW(0.5, { weightDecay: 0.25 }))) as tf.Optimizer).getConfig()).toMatchObject({
    learningRate: 0.5,
    weightDecay: 0.25,
  });
});

function layerPolicies(model: LayersModel): readonly string[] {
  return summarizeModel(model).layers.map(({ path, policy: given }) => `${path} ${given}`);
}

function dtypeOf({ config }: KerasObject): unknown {
  const dtype = config['dtype'] as KerasObject | string;
  return typeof dtype === 'string' ? 'input' : dtype.config['name'];
}
