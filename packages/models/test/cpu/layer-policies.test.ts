import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { currentPolicy, explain, storageOf } from '@halftone/autocast';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { policy, withOps } from '@halftone/policy';
import { mixedPrecision, removeMixedPrecision, setLayerPolicy, summarizeModel } from '../../src/index.ts';
import { batch, Watch, watchedModel } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const { dense } = tfl.layers;
const policiesOf = (model: tfl.LayersModel): readonly string[] => summarizeModel(model).layers.map((layer) => layer.policy);

/** Three dense layers by name, in a model inside a model. */
function encoder(): tfl.Sequential {
  const inside = tfl.sequential({
    name: 'encoder',
    layers: [dense({ name: 'narrow', inputShape: [16], units: 16 }), dense({ name: 'wide', units: 32 })] as never,
  });
  return tfl.sequential({ layers: [inside, dense({ name: 'logits', units: 20 })] as never });
}

describe('a selector', () => {
  it.each([
    ['a layer', (model: tfl.LayersModel) => model.layers[1], ['logits']],
    ['a name', () => 'wide', ['encoder/wide']],
    ['a path', () => 'encoder/narrow', ['encoder/narrow']],
    ['a pattern', () => 'encoder/*', ['encoder/narrow', 'encoder/wide']],
    ['a RegExp', () => /w(ide|rong)$/g, ['encoder/wide']],
    ['the name of a class', () => ({ className: 'Dense' }), ['encoder/narrow', 'encoder/wide', 'logits']],
    ['a class', (model: tfl.LayersModel) => model.layers[1]?.constructor, ['encoder/narrow', 'encoder/wide', 'logits']],
  ] as const)('may be %s', (_, selector, paths) => {
    const model = mixedPrecision(encoder());
    for (let time = 0; time < 2; time++) expect(setLayerPolicy(model, selector(model) as never, 'float32')).toEqual(paths);
    const set = summarizeModel(model).layers.filter((layer) => layer.policy === 'float32');
    expect(set.map(({ path }) => path)).toEqual(paths);
  });

  it('a model stands for the layers in it, also at the start of a Sequential', () => {
    const model = mixedPrecision(encoder());
    expect(setLayerPolicy(model, 'encoder', 'float32')).toEqual(['encoder']);
    expect(policiesOf(model)).toEqual(['float32', 'float32', 'mixed_float16']);
    const { kernels } = explain(() => model.predict(batch().x));
    expect(kernels.filter(({ kernelName }) => kernelName === '_FusedMatMul').map(({ storageOut }) => storageOut[0])).toEqual([
      'float32',
      'float32',
      'float16',
    ]);
  });

  it('that means nothing is refused with the layers that there are', () => {
    const model = mixedPrecision(encoder());
    expect(() => setLayerPolicy(model, 'encodr/*', 'float32')).toThrow(
      "got 'encodr/*'. The layers are encoder, encoder/narrow, encoder/wide, logits.",
    );
    expect(() => setLayerPolicy(model, /none/, 'float32')).toThrow('got /none/');
    expect(() => setLayerPolicy(model, Watch, 'float32')).toThrow('got the class Watch');
    expect(() => setLayerPolicy(model, { className: 'Conv9D' }, 'float32')).toThrow("got the class 'Conv9D'");
    expect(() => setLayerPolicy(model, dense({ units: 1, name: 'foreign' }), 'float32')).toThrow("got the layer 'foreign'");
  });

  it('that is no selector, and a layer that is no layer, are refused by type', () => {
    const model = mixedPrecision(encoder());
    expect(() => setLayerPolicy(model, 7 as never, 'float32')).toThrow(TypeError);
    expect(() => setLayerPolicy(model, null as never, 'float32')).toThrow("Write for example 'dense_*'");
    expect(() => setLayerPolicy({} as never, 'float32')).toThrow('Pass one of model.layers.');
    expect(() => setLayerPolicy(model, 'wide', 'float23')).toThrow(RangeError);
  });
});

describe('what runs', () => {
  it('a layer in float32 computes in float32, forward and backward, and the rest in half', () => {
    const model = mixedPrecision(watchedModel());
    const { x } = batch();
    const step = (): readonly string[] => {
      const { kernels, result } = explain(() =>
        tf.variableGrads(() => tf.mean(tf.square(model.apply(x, { training: true }) as Tensor)) as tf.Scalar),
      );
      tf.dispose(result as never);
      return kernels
        .filter(({ kernelName, storageOut }) => /MatMul/.test(kernelName) && storageOut.length > 0)
        .map(({ storageOut }) => storageOut[0] as string);
    };
    const halves = (storages: readonly string[]): number => storages.filter((storage) => storage === 'float16').length;
    const all = halves(step());
    setLayerPolicy(model, 'second1', 'float32');
    const without = halves(step());
    // its product, and the products that give the gradients of its input and of its kernel, are no longer half
    expect(all - without).toBeGreaterThanOrEqual(2);
    setLayerPolicy(model, '*', 'float32');
    expect(halves(step())).toBe(0);
  });

  it('overrides of a policy reach its layer alone', () => {
    const model = mixedPrecision(watchedModel());
    setLayerPolicy(model, 'first1', withOps(policy('mixed_float16'), { deny: ['_FusedMatMul', 'BatchMatMul'] }));
    const { kernels } = explain(() => model.predict(batch().x));
    expect(kernels.filter(({ kernelName }) => /MatMul/.test(kernelName)).map(({ opClass }) => opClass)).toEqual(['deny', 'allow', 'allow']);
  });

  it('the activation that ends a model is float32 unless its layer has a policy', () => {
    const model = mixedPrecision(
      tfl.sequential({ layers: [dense({ inputShape: [16], units: 32, activation: 'sigmoid', name: 'end' })] as never }),
    );
    const sigmoid = (): string | undefined =>
      explain(() => model.predict(batch().x)).kernels.find(({ kernelName }) => kernelName === 'Sigmoid')?.storageOut[0];
    expect(sigmoid()).toBe('float32');
    setLayerPolicy(model, 'end', 'mixed_float16');
    expect(sigmoid()).toBe('float16');
    setLayerPolicy(model, 'end', null);
    expect(sigmoid()).toBe('float32');
  });

  it('it is the end of the outermost model that counts, and a mid-model sigmoid stays half', () => {
    const inside = tfl.sequential({ layers: [dense({ inputShape: [16], units: 32, activation: 'sigmoid' })] as never });
    const input = tfl.input({ shape: [16] });
    const outer = mixedPrecision(
      tfl.model({
        inputs: input,
        outputs: dense({ units: 20, activation: 'tanh' }).apply(inside.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor,
      }),
    );
    const { kernels } = explain(() => outer.predict(batch().x));
    expect(kernels.find(({ kernelName }) => kernelName === 'Sigmoid')?.storageOut).toEqual(['float16']);
    expect(kernels.find(({ kernelName }) => kernelName === 'Tanh')?.storageOut).toEqual(['float32']);
  });

  it('a cell inside a recurrent layer may have a policy', () => {
    const model = mixedPrecision(
      tfl.sequential({
        layers: [tfl.layers.gru({ inputShape: [3, 6], units: 16, name: 'gru', recurrentInitializer: 'glorotUniform' })] as never,
      }),
    );
    const run = (): boolean =>
      explain(() => model.predict(tf.ones([16, 3, 6]))).kernels.some(({ storageOut }) => storageOut.includes('float16'));
    expect(run()).toBe(true);
    expect(setLayerPolicy(model, { className: 'GRUCell' }, 'float32')).toHaveLength(1);
    expect(run()).toBe(false);
  });

  it('a layer’s own policy holds in every model and alone', () => {
    const watch = new Watch({});
    expect(setLayerPolicy(watch, 'mixed_bfloat16')).toEqual([watch.name]);
    const model = watchedModel(watch);
    model.predict(batch().x);
    mixedPrecision(model).predict(batch().x);
    watch.apply(batch().x);
    setLayerPolicy(model, watch, 'float32');
    model.predict(batch().x);
    setLayerPolicy(model, watch, null);
    removeMixedPrecision(model);
    setLayerPolicy(watch, null);
    model.predict(batch().x);
    expect(watch.seen).toEqual(['mixed_bfloat16', 'mixed_bfloat16', 'mixed_bfloat16', 'float32', null]);
    expect(Object.hasOwn(watch, 'call')).toBe(false);
  });

  it('a layer that two models share follows the one that runs', () => {
    const watch = new Watch({});
    const [input, other] = [tfl.input({ shape: [16] }), tfl.input({ shape: [16] })];
    const model = (symbol: tfl.SymbolicTensor): tfl.LayersModel =>
      tfl.model({ inputs: symbol, outputs: dense({ units: 4 }).apply(watch.apply(symbol) as tfl.SymbolicTensor) as tfl.SymbolicTensor });
    const [half, brain, plain] = [
      mixedPrecision(model(input)),
      mixedPrecision(model(other), 'mixed_bfloat16'),
      model(tfl.input({ shape: [16] })),
    ];
    for (const one of [half, brain, plain]) one.predict(batch().x);
    setLayerPolicy(half, watch, 'float32');
    for (const one of [half, brain, plain]) one.predict(batch().x);
    expect(watch.seen).toEqual(['mixed_float16', 'mixed_bfloat16', null, 'float32', 'mixed_bfloat16', null]);
  });

  it('a wrapped model inside another keeps its own policy', () => {
    const watch = new Watch({});
    const inside = mixedPrecision(tfl.sequential({ layers: [dense({ inputShape: [16], units: 16 }), watch] as never }), 'mixed_bfloat16');
    const input = tfl.input({ shape: [16] });
    const outer = mixedPrecision(
      tfl.model({ inputs: input, outputs: dense({ units: 32 }).apply(inside.apply(input) as tfl.SymbolicTensor) as tfl.SymbolicTensor }),
    );
    const result = outer.predict(batch().x) as Tensor;
    expect(watch.seen).toEqual(['mixed_bfloat16']);
    expect(storageOf(result)).toBe('float32');
    expect(policiesOf(outer)).toEqual(['mixed_bfloat16', 'mixed_bfloat16', 'mixed_float16']);
    expect(currentPolicy()).toBeNull();
  });
});
