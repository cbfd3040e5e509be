import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { mixedPrecision, setLayerPolicy } from '../../src/index.ts';
import { CannotCrossError } from '../../src/keras/cannot-cross.ts';
import type { KerasObject } from '../../src/keras/hand-over.ts';
import { LAYERS } from '../../src/keras/layer-table.ts';
import { modelFromKeras } from '../../src/keras/model-from-keras.ts';
import { modelToKeras } from '../../src/keras/model-to-keras.ts';
import { kerasCases } from '../keras-cases.ts';
import type { KerasAnswer } from '../keras-check.ts';
import { answerOf, differences, setByFormula } from '../keras-check.ts';

const { cases } = JSON.parse(readFileSync(new URL('../golden/keras_models.json', import.meta.url), 'utf8')) as { cases: KerasAnswer[] };
const answers = new Map(cases.map((answer) => [answer.name, answer]));

beforeAll(() => tf.setBackend('cpu').then(() => undefined));
afterEach(() => tf.disposeVariables());

test.each(kerasCases)('$name is written as Keras writes it', ({ name, build }) => {
  expect(differences(modelToKeras(build()), answers.get(name)?.json)).toEqual([]);
});

test.each(kerasCases.filter(({ oneWay }) => oneWay === undefined))('$name comes from Keras with its maths', async ({ name, indices }) => {
  const golden = answers.get(name) as KerasAnswer;
  const model = await modelFromKeras(golden.json);
  expect(setByFormula(model)).toEqual(golden.weights);
  for (const [index, { shape, values }] of answerOf(model, indices).entries()) {
    const theirs = golden.outputs[index];
    expect(shape).toEqual(theirs?.shape);
    const worst = Math.max(
      ...Array.from(values, (value, at) => Math.abs(value - (theirs?.values[at] ?? NaN)) / Math.max(1, Math.abs(value))),
    );
    expect(worst).toBeLessThan(1e-5);
  }
});

test('a model goes to Keras and back unchanged', async () => {
  for (const { name, build, oneWay } of kerasCases) {
    if (oneWay !== undefined) continue;
    const there = modelToKeras(build());
    const found = differences(modelToKeras(await modelFromKeras(there)), there).filter((line) => !line.includes('"stacked_rnn_cells_')); // tfjs forgets this name
    expect([name, found]).toEqual([name, []]);
  }
});

test('every class of the table is in some model that was checked against Keras', () => {
  const text = JSON.stringify(cases);
  const missing = Object.entries(LAYERS).filter(([name, { keras }]) => !text.includes(`"class_name":"${keras ?? name}"`));
  expect(missing.map(([name]) => name)).toEqual([]);
});

test('the policy of each layer goes along, and the last one is float32', () => {
  const { dense } = tfl.layers;
  const layers = [
    dense({ units: 4, inputShape: [4], name: 'a' }),
    dense({ units: 4, name: 'b' }),
    dense({ units: 2, name: 'c', activation: 'softmax' }),
  ];
  const model = mixedPrecision(tfl.sequential({ layers }));
  setLayerPolicy(model, 'b', 'mixed_bfloat16');
  expect(dtypes(modelToKeras(model))).toEqual(['a mixed_float16', 'b mixed_bfloat16', 'c float32']);
});

test('the policies inside of a model inside go along', () => {
  const inner = tfl.sequential({ name: 'inner', layers: [tfl.layers.dense({ units: 4, inputShape: [4], name: 'deep' })] });
  const model = mixedPrecision(tfl.sequential({ layers: [inner, tfl.layers.dense({ units: 2, name: 'end' })] }));
  setLayerPolicy(model, 'inner/deep', 'float32');
  const nested = (modelToKeras(model).config['layers'] as KerasObject[])[1] as KerasObject;
  expect(dtypes(nested)).toEqual(['deep float32']);
});

test('all that cannot cross to Keras is named at once', () => {
  class Custom extends tfl.layers.Layer {
    static readonly className = 'Custom';
    override call(inputs: Tensor | Tensor[]): Tensor {
      return [inputs].flat()[0] as Tensor;
    }
  }
  const layers = [
    tfl.layers.dense({ units: 4, inputShape: [4], name: 'slash/name' }),
    new Custom({ name: 'mine' }) as unknown as ReturnType<typeof tfl.layers.dense>,
    tfl.layers.reshape({ targetShape: [2, 2, 1] }),
    tfl.layers.upSampling2d({ interpolation: 'bilinear', name: 'up' }),
    tfl.layers.resizing({ height: 2, width: 2, name: 'resize' } as never),
  ];
  const model = mixedPrecision(tfl.sequential({ layers }), 'param=float32,compute=float16,output=float16');
  const error = thrown(() => modelToKeras(model));
  expect(error).toBeInstanceOf(CannotCrossError);
  for (const part of ['slash/name', 'Custom', 'interpolation', 'Resizing', 'output=float16']) {
    expect(error.reasons.some((reason) => reason.includes(part))).toBe(true);
  }
});

test('a layer that two models share is refused by name', () => {
  const shared = tfl.layers.dense({ units: 4, inputShape: [4], name: 'both' });
  const inner = tfl.sequential({ name: 'inner', layers: [shared] });
  const input = tfl.input({ shape: [4] });
  const sum = tfl.layers.add().apply([inner.apply(input), shared.apply(input)] as tfl.SymbolicTensor[]) as tfl.SymbolicTensor;
  expect(() => modelToKeras(tfl.model({ inputs: input, outputs: sum }))).toThrow("layer 'both', which the models");
});

test('a Bidirectional behind a mask is refused: Keras gives zeros where tfjs repeats', () => {
  const lstm = tfl.layers.lstm({ units: 2, recurrentInitializer: 'zeros' }) as never;
  const layers = [tfl.layers.masking({ inputShape: [4, 2] }), tfl.layers.bidirectional({ layer: lstm, mergeMode: 'concat' })];
  expect(() => modelToKeras(tfl.sequential({ layers }))).toThrow('behind the masks');
});

test('a model without an input shape is refused', () => {
  expect(() => modelToKeras(tfl.sequential())).toThrow('input shape is not known');
});

test('all that cannot come from Keras is named at once', async () => {
  const layer = (class_name: string, config: object): object => ({ module: 'keras.layers', class_name, config, registered_name: null });
  const layers = [
    layer('InputLayer', { batch_shape: [null, 4], dtype: 'string', name: 'in' }),
    layer('Dense', { name: 'd', units: 2, lora_rank: 4, activation: 'hard_sigmoid' }),
    layer('GRU', { name: 'g', units: 2, reset_after: true }),
    layer('Lambda', { name: 'l', function: {} }),
    { module: 'my_package', class_name: 'Dense', config: { name: 'm', units: 1 }, registered_name: 'my_package>Dense' },
    layer('Conv1D', { name: 'c', filters: 1, kernel_size: [2], padding: 'causal' }),
  ];
  const error = await modelFromKeras({ module: 'keras', class_name: 'Sequential', config: { name: 's', layers } }).catch(
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(CannotCrossError);
  const reasons = (error as CannotCrossError).reasons.join('; ');
  for (const part of ["'in'", 'lora_rank', 'hard_sigmoid', 'reset_after true', 'Lambda', "'m' of class Dense", 'causal'])
    expect(reasons).toContain(part);
});

function dtypes({ config }: KerasObject): readonly string[] {
  const layers = (config['layers'] as KerasObject[]).filter(({ class_name }) => class_name !== 'InputLayer');
  return layers.map((layer) => `${String(layer.config['name'])} ${String((layer.config['dtype'] as KerasObject).config['name'])}`);
}

function thrown(fn: () => unknown): CannotCrossError {
  try {
    fn();
  } catch (error) {
    return error as CannotCrossError;
  }
  throw new Error('nothing was thrown');
}
