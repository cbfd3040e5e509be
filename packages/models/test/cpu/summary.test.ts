import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import type { Policy } from '@halftone/policy';
import { policy, withOps } from '@halftone/policy';
import { mixedPrecision, setLayerPolicy, storeFrozenInHalf, summarizeModel, summary } from '../../src/index.ts';
import { shapeCases } from '../training-cases.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const L: typeof tfl.layers = tfl.layers;

function cnn(): tfl.Sequential {
  return tfl.sequential({
    layers: [
      L.conv2d({ inputShape: [8, 8, 4], filters: 16, kernelSize: 3, name: 'conv', trainable: false }),
      L.batchNormalization({ name: 'norm' }),
      L.globalAveragePooling2d({ name: 'pool' } as never),
      L.dense({ units: 40, name: 'hidden' }),
      L.dense({ units: 3, activation: 'softmax', name: 'head' }),
    ] as never,
  });
}

it('tells of each layer its policy, its weights, their bytes, and why it is float32', async () => {
  const model = mixedPrecision(cnn());
  setLayerPolicy(model, 'hidden', 'float32');
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const waiting = summarizeModel(model).layers[0];
  expect(waiting?.float32).toEqual(['frozen weights move into half when training begins', 'small frozen weights stay float32']);
  await storeFrozenInHalf(model);
  const { layers, ...sums } = summarizeModel(model);
  expect(layers).toEqual([
    {
      path: 'conv',
      className: 'Conv2D',
      policy: 'mixed_float16',
      compute: 'float16',
      storage: 'float16+float32',
      parameters: 592,
      trainable: 0,
      bytesFloat32: 2368,
      bytesNow: 2368 - 2 * 576,
      float32: ['small frozen weights stay float32'],
    },
    {
      path: 'norm',
      className: 'BatchNormalization',
      policy: 'mixed_float16',
      compute: 'float16',
      storage: 'float32',
      parameters: 64,
      trainable: 32,
      bytesFloat32: 256,
      bytesNow: 256,
      float32: [
        'statistics, scale and offset of a normalisation are float32',
        'trained weights are float32 masters',
        'small frozen weights stay float32',
      ],
    },
    {
      path: 'pool',
      className: 'GlobalAveragePooling2D',
      policy: 'mixed_float16',
      compute: 'float16',
      storage: '-',
      parameters: 0,
      trainable: 0,
      bytesFloat32: 0,
      bytesNow: 0,
      float32: ['sums and means are float32'],
    },
    {
      path: 'hidden',
      className: 'Dense',
      policy: 'float32',
      compute: 'float32',
      storage: 'float32',
      parameters: 680,
      trainable: 680,
      bytesFloat32: 2720,
      bytesNow: 2720,
      float32: ['its own policy is float32'],
    },
    {
      path: 'head',
      className: 'Dense',
      policy: 'mixed_float16',
      compute: 'float16',
      storage: 'float32',
      parameters: 123,
      trainable: 123,
      bytesFloat32: 492,
      bytesNow: 492,
      float32: ['the softmax that ends the model is float32', 'trained weights are float32 masters'],
    },
  ]);
  expect(sums).toEqual({
    name: model.name,
    policy: 'mixed_float16',
    parameters: 1459,
    trainable: 835,
    bytesFloat32: 5836,
    bytesNow: 4684,
    lossScaling: true,
  });
});

it.each(shapeCases)('$name has the parameters that tfjs counts, each once', (training) => {
  const model = mixedPrecision(training.build(), 'mixed_bfloat16');
  const { layers, parameters, lossScaling } = summarizeModel(model);
  expect(parameters).toBe(model.countParams());
  expect(new Set(layers.map(({ path }) => path)).size).toBe(layers.length);
  expect(lossScaling).toBe(false);
});

it('a model in float32, wrapped or not, says so', () => {
  expect(new Set(summarizeModel(cnn()).layers.flatMap(({ float32 }) => float32))).toEqual(new Set(['the model is not in mixed precision']));
  expect(summarizeModel(cnn()).policy).toBeNull();
  expect(new Set(summarizeModel(mixedPrecision(cnn(), 'float32')).layers.flatMap(({ float32 }) => float32))).toEqual(
    new Set(["the model's policy is float32"]),
  );
  const middle = tfl.sequential({
    layers: [L.dense({ inputShape: [4], units: 4, activation: 'softmax' }), L.dense({ units: 4 })] as never,
  });
  expect(summarizeModel(mixedPrecision(middle)).layers[0]?.float32).toEqual(['softmax is float32', 'trained weights are float32 masters']);
});

it('what is float32 follows the policy, not the name of a layer', () => {
  const end = (activation: string, chosen: Policy | string): readonly string[] => {
    const model = tfl.sequential({ layers: [L.dense({ inputShape: [4], units: 4, activation } as never), L.softmax()] as never });
    const last = tfl.sequential({ layers: [L.dense({ inputShape: [4], units: 4, activation } as never)] as never });
    return [model, last].flatMap((one) => summarizeModel(mixedPrecision(one, chosen)).layers.flatMap(({ float32 }) => float32));
  };
  const trained = 'trained weights are float32 masters';
  expect(end('softmax', 'mixed_float16')).toEqual([
    'softmax is float32',
    trained,
    'softmax is float32',
    'the softmax that ends the model is float32',
    trained,
  ]);
  expect(end('softmax', withOps(policy('mixed_float16'), { allow: ['Softmax'] }))).toEqual([trained, trained]);
  expect(end('relu', 'mixed_float16')).toEqual([trained, 'softmax is float32', trained]);
  expect(end('sigmoid', 'mixed_float16')).toEqual([trained, 'softmax is float32', 'the sigmoid that ends the model is float32', trained]);
});

it('prints the same as a table with aligned columns', () => {
  const model = mixedPrecision(cnn());
  const lines: string[] = [];
  summary(model, (line) => lines.push(line));
  expect(lines[0]).toMatch(/^layer +policy +weights +params +bytes f32 +bytes now +why float32$/);
  expect(lines[1]).toMatch(/^-+( {2}-+){6}$/);
  expect(lines).toHaveLength(2 + 5 + 1);
  const column = (lines[0] as string).indexOf('why float32');
  for (const line of lines.slice(2, 7)) expect(line.slice(column - 2, column)).toBe('  ');
  expect(lines[5]).toMatch(/^hidden \(Dense\) +mixed_float16 +float32 +680 +2,720 +2,720 +trained weights are float32 masters$/);
  expect(lines.at(-1)).toBe('1,459 parameters, 835 of them trained; 5,836 bytes in float32, 5,836 now (100 %); no loss scaling');
});

it('prints to the console unless told otherwise', () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  summary(tfl.sequential());
  expect(log).toHaveBeenLastCalledWith('0 parameters, 0 of them trained; 0 bytes in float32, 0 now (100 %); no loss scaling');
  log.mockRestore();
});

it('takes nothing but Layers models', () => {
  expect(() => summarizeModel({} as never)).toThrow('[models] summarizeModel() takes a Layers model, got another object.');
});
