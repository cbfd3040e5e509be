import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { storageOf } from '@halftone/autocast';
import { registerEmulated } from '@halftone/emulate';
import { decode, encode } from '@halftone/float16';
import { leakCheck } from '@halftone/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { fromTensors } from '../../src/safetensors/from-tensors.ts';
import { getWeights } from '../../src/safetensors/get-weights.ts';
import { openSafetensors, readSafetensors } from '../../src/safetensors/read-safetensors.ts';
import { setWeights } from '../../src/safetensors/set-weights.ts';
import type { SafetensorsFile, SafetensorsTensor } from '../../src/safetensors/tensor.ts';
import { toTensors } from '../../src/safetensors/to-tensors.ts';
import { torchNames } from '../../src/safetensors/torch-names.ts';
import { applyTransform, transforms, undoTransform, type Transform } from '../../src/safetensors/transform.ts';
import { writeSafetensors } from '../../src/safetensors/write-safetensors.ts';

const ramp = (size: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(i)));
const file = (...tensors: SafetensorsTensor[]): SafetensorsFile => ({ metadata: {}, tensors });
const f32 = (name: string, shape: number[], values = ramp(tf.util.sizeFromShape(shape))): SafetensorsTensor => ({
  name,
  dtype: 'F32',
  shape,
  values,
});
const f16 = (name: string, shape: number[]): SafetensorsTensor => ({
  name,
  dtype: 'F16',
  shape,
  bits: encode(ramp(tf.util.sizeFromShape(shape)), 'float16') as Uint16Array<ArrayBuffer>,
});

beforeEach(() => tf.setBackend('cpu'));

async function onEmulation(work: () => Promise<void>): Promise<void> {
  const plugin = await registerEmulated({ base: 'cpu' });
  await tf.setBackend(plugin.backendName);
  try {
    await work();
  } finally {
    await tf.setBackend('cpu');
    plugin.dispose();
  }
}

describe('tensors of a safetensors file', () => {
  it('have the values of the file, in the types of tfjs', async () => {
    const tensors = await toTensors(
      file(
        { name: 'f64', dtype: 'F64', shape: [2], values: Float64Array.of(0.1, NaN) },
        { name: 'bf16', dtype: 'BF16', shape: [1], bits: Uint16Array.of(0x3f80) },
        { name: 'e4m3', dtype: 'F8_E4M3', shape: [2], bits: Uint8Array.of(0x7e, 0x7f) },
        { name: 'i64', dtype: 'I64', shape: [1], values: BigInt64Array.of(-7n) },
        { name: 'u8', dtype: 'U8', shape: [1, 1], values: Uint8Array.of(255) },
        { name: 'bool', dtype: 'BOOL', shape: [], values: Uint8Array.of(1) },
        { name: '__proto__', dtype: 'I32', shape: [0], values: new Int32Array(0) },
      ),
    );
    expect(Object.keys(tensors)).toEqual(['f64', 'bf16', 'e4m3', 'i64', 'u8', 'bool', '__proto__']);
    const facts = Object.values(tensors).map((tensor) => [tensor.dtype, tensor.shape, [...tensor.dataSync()]]);
    expect(facts).toEqual([
      ['float32', [2], [Math.fround(0.1), NaN]],
      ['float32', [1], [1]],
      ['float32', [2], [448, NaN]],
      ['int32', [1], [-7]],
      ['int32', [1, 1], [255]],
      ['bool', [], [1]],
      ['int32', [0], []],
    ]);
  });

  it('do not share memory with the file', async () => {
    const source = f32('w', [4]) as SafetensorsTensor & { dtype: 'F32' };
    const { w } = await toTensors(file(source));
    source.values.fill(9);
    expect(w?.dataSync()).toEqual(ramp(4));
  });

  it('stay half where the backend stores halves, and are float32 on a stock one', async () => {
    const given = file(f16('half', [300]), f16('tiny', [3]), f32('full', [300]));
    const stock = await toTensors(given);
    expect(Object.values(stock).map((tensor) => storageOf(tensor))).toEqual(['float32', 'float32', 'float32']);
    await onEmulation(async () => {
      const storages = async (storage: 'as stored' | 'float16' | 'bfloat16' | 'float32'): Promise<string[]> =>
        Object.values(await toTensors(given, { storage, allow: { underflow: true } })).map((tensor) => storageOf(tensor));
      expect(await storages('as stored')).toEqual(['float16', 'float32', 'float32']);
      expect(await storages('float16')).toEqual(['float16', 'float32', 'float16']);
      expect(await storages('bfloat16')).toEqual(['bfloat16', 'float32', 'bfloat16']);
      expect(await storages('float32')).toEqual(['float32', 'float32', 'float32']);
      const { half } = await toTensors(given);
      expect(half?.dataSync()).toEqual(stock['half']?.dataSync());
    });
  });

  it('narrow only what fits, unless told what may be lost', async () => {
    await onEmulation(async () => {
      const wide = file(f32('w', [300], new Float32Array(300).fill(1e6)));
      await expect(toTensors(wide, { storage: 'float16' })).rejects.toThrow(
        /a weight does not fit float16, got "w" \(300 overflow, the largest 1000000\)/,
      );
      const { w } = await toTensors(wide, { storage: 'float16', allow: { overflow: 'saturate' } });
      expect(w?.dataSync()[0]).toBe(65504);
    });
  });

  it('are those that the names ask for, from a stream too', async () => {
    const bytes = writeSafetensors([f16('a', [2]), f32('b', [2]), f32('c', [3])]);
    const tensors = await toTensors(await openSafetensors(new Blob([bytes]).stream()), { names: { c: 'third', a: 'first' } });
    expect(Object.keys(tensors).sort()).toEqual(['first', 'third']);
    expect(tensors['third']?.dataSync()).toEqual(ramp(3));
    await expect(toTensors(await readSafetensors(bytes), { names: { toString: 'x' } })).rejects.toThrow(
      /only name tensors of the file, got "toString"/,
    );
    await expect(toTensors(await readSafetensors(bytes), { names: { a: 'x', b: 'x' } })).rejects.toThrow(/a name of its own/);
  });

  it('leave none behind when one cannot be', async () => {
    const bad = file(f32('a', [2]), { name: 'big', dtype: 'I64', shape: [1], values: BigInt64Array.of(2n ** 40n) });
    await leakCheck(tf, () => expect(toTensors(bad)).rejects.toThrow(/the integers of "big" must fit int32.*got 1099511627776/));
    const f64 = file({ name: 'far', dtype: 'F64', shape: [1], values: Float64Array.of(1e300) });
    await expect(toTensors(f64)).rejects.toThrow(/the numbers of "far" must fit float32, got 1e\+300/);
    await expect(toTensors(file(f32('a', [1]), f32('a', [1])))).rejects.toThrow(/a name of its own/);
    await expect(toTensors(file(f32('a', [1])), { storage: 'float16' })).rejects.toThrow(/needs a backend that stores it, got cpu/);
  });
});

describe('transforms', () => {
  const shapes: Readonly<Record<Transform, { from: number[]; to: number[] }>> = {
    none: { from: [2, 3], to: [2, 3] },
    linear: { from: [3, 2], to: [2, 3] },
    conv1d: { from: [5, 4, 3], to: [3, 4, 5] },
    conv2d: { from: [5, 4, 2, 3], to: [2, 3, 4, 5] },
    conv3d: { from: [6, 5, 2, 3, 4], to: [2, 3, 4, 5, 6] },
    conv2dTranspose: { from: [4, 5, 2, 3], to: [2, 3, 5, 4] },
    depthwiseConv2d: { from: [6, 1, 4, 5], to: [4, 5, 2, 3] },
  };

  it.each(Object.keys(transforms) as Transform[])('%s goes there and back', (transform) => {
    const { from, to } = shapes[transform];
    const data = ramp(tf.util.sizeFromShape(from));
    const there = applyTransform(transform, { data, shape: from, target: to });
    expect(there.shape).toEqual(to);
    const back = undoTransform(transform, there);
    expect(back).toEqual({ data, shape: from });
  });

  it('move numbers as tf.transpose does', () => {
    const data = ramp(120);
    const { data: moved } = applyTransform('conv2d', { data, shape: [5, 4, 2, 3], target: [] });
    expect(moved).toEqual(tf.transpose(tf.tensor(data, [5, 4, 2, 3]), [2, 3, 1, 0]).dataSync());
  });

  it('refuse shapes of another kind, and names of none', () => {
    const data = ramp(6);
    expect(() => applyTransform('linear', { data, shape: [6], target: [] })).toThrow(/'linear' needs the layout \[out, in\], got \[6\]/);
    expect(() => applyTransform('depthwiseConv2d', { data, shape: [6, 1, 1, 1], target: [1, 1, 4, 1] })).toThrow(
      /'depthwiseConv2d' needs the layout/,
    );
    expect(() => undoTransform('conv2d', { data, shape: [6] })).toThrow(/needs the layout \[h, w, in, out\]/);
    expect(() => applyTransform('toString' as Transform, { data, shape: [6], target: [] })).toThrow(/must be one of none, linear/);
  });
});

describe('weights of a Layers model', () => {
  const classifier = (): layers.Sequential =>
    layers.sequential({
      layers: [
        layers.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, padding: 'same', inputShape: [6, 6, 3] }),
        layers.layers.batchNormalization({ name: 'norm', epsilon: 1e-5 }),
        layers.layers.depthwiseConv2d({ name: 'depth', kernelSize: 3, depthMultiplier: 2 }),
        layers.layers.globalAveragePooling2d({ name: 'pool' }),
        layers.layers.dense({ name: 'head', units: 8 }),
      ],
    });
  const torch = file(
    f32('features.0.weight', [4, 3, 3, 3]),
    f32('features.0.bias', [4]),
    f32('features.1.weight', [4]),
    f32('features.1.bias', [4]),
    f32('features.1.running_mean', [4]),
    f32('features.1.running_var', [4], Float32Array.of(1, 2, 3, 4)),
    { name: 'features.1.num_batches_tracked', dtype: 'I64', shape: [], values: BigInt64Array.of(9n) },
    f16('dw.weight', [8, 1, 3, 3]),
    f16('dw.bias', [8]),
    f32('fc.weight', [8, 8]),
    f32('fc.bias', [8]),
  );
  const modules = { conv: 'features.0', norm: 'features.1', depth: 'dw', head: 'fc' };

  it('are set from PyTorch names and layouts: each output is what PyTorch computes', async () => {
    const model = classifier();
    await setWeights(model, torch, torchNames(model, modules));
    const value = (name: string): Float32Array =>
      model.weights
        .find((weight) => weight.originalName === name)
        ?.read()
        .dataSync() as Float32Array;
    expect(value('norm/moving_variance')).toEqual(Float32Array.of(1, 2, 3, 4));
    const linear = ramp(64);
    expect(value('head/kernel')[1 * 8 + 3]).toBe(linear[3 * 8 + 1]); // [in 1, out 3] of [out, in]
    const conv = ramp(108);
    expect(value('conv/kernel')[((2 * 3 + 1) * 3 + 0) * 4 + 3]).toBe(conv[((3 * 3 + 0) * 3 + 2) * 3 + 1]); // [h 2, w 1, in 0, out 3]
    const depth = decode(encode(ramp(72), 'float16'), 'float16');
    expect(value('depth/depthwise_kernel')[((2 * 3 + 1) * 4 + 3) * 2 + 1]).toBe(depth[((3 * 2 + 1) * 3 + 2) * 3 + 1]); // [h 2, w 1, channel 3, multiplier 1]
  });

  it('come out again as the PyTorch file, byte for byte', async () => {
    const model = classifier();
    const map = torchNames(model, modules);
    await setWeights(model, torch, map);
    const tensors = await getWeights(model, map);
    const expected = torch.tensors
      .filter(({ name }) => name !== 'features.1.num_batches_tracked')
      .map((tensor) => (tensor.dtype === 'F16' ? f32(tensor.name, [...tensor.shape], decode(tensor.bits, 'float16')) : tensor));
    expect(writeSafetensors(tensors)).toEqual(writeSafetensors(expected));
  });

  it('are all checked before the first changes', async () => {
    const model = classifier();
    const map = torchNames(model, modules);
    const before = model.getWeights().map((weight) => weight.dataSync());
    const refused = async (weights: Parameters<typeof setWeights>[2], words: RegExp): Promise<void> =>
      expect(setWeights(model, torch, weights)).rejects.toThrow(words);
    await refused(
      { ...map, 'conv/kernel': { from: 'fc.weight', transform: 'none' } },
      /weight "conv\/kernel" must have the shape \[3,3,3,4\], got \[8,8\] from "fc.weight" by 'none'/,
    );
    await refused(
      { ...map, 'conv/kernel': { from: 'no', transform: 'none' } },
      /the origin of "conv\/kernel" must be in the file, got "no"/,
    );
    await refused({ ...map, nowhere: { from: 'fc.bias', transform: 'none' } }, /the model must have the weight, got "nowhere"/);
    await refused(
      { 'head/bias': { from: 'fc.bias', transform: 'none' } },
      /every weight of the model must have an origin, got none for "conv\/kernel".*partial: true/,
    );
    expect(model.getWeights().map((weight) => weight.dataSync())).toEqual(before);
    await setWeights(model, torch, { 'head/bias': { from: 'fc.bias', transform: 'none' } }, { partial: true });
    expect(
      model.weights
        .find(({ originalName }) => originalName === 'head/bias')
        ?.read()
        .dataSync(),
    ).toEqual(ramp(8));
  });

  it('names only what a table can know', () => {
    const model = layers.sequential({
      layers: [layers.layers.gru({ name: 'gru', units: 2, recurrentInitializer: 'zeros', inputShape: [3, 2] })],
    });
    expect(() => torchNames(model, { gru: 'rnn' })).toThrow(
      /layer "gru" must be one of Dense, Conv1D.*got GRU\. Write the entries of its weights by hand/,
    );
    expect(() => torchNames(model, { lstm: 'rnn' })).toThrow(/the model must have the layer, got "lstm"\. It has gru/);
  });

  it('that do not fit are named all, and so are those that the model lacks', async () => {
    const dense = (name: string, value: number): ReturnType<typeof layers.layers.dense> =>
      layers.layers.dense({ name, units: 2, inputShape: [2], kernelInitializer: layers.initializers.constant({ value }) });
    const model = layers.sequential({ layers: [dense('one', 1e6), dense('two', 1), dense('three', 1e9)] });
    const refused = await getWeights(model, undefined, { dtype: 'F16' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'HalfRangeError', tensors: [{ name: 'one/kernel' }, { name: 'three/kernel' }] });
    const origin = { from: 'w', transform: 'none' } as const;
    await expect(getWeights(model, { 'one/kernel': origin, here: origin, there: origin })).rejects.toThrow(
      /a map must name weights that the model has, got "here", "there"\. It has one\/kernel/,
    );
  });

  it('leave no tensor behind, and keep halves half', async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ name: 'd', units: 32, inputShape: [16], useBias: false })] });
    const map = torchNames(model, { d: 'fc' });
    await leakCheck(tf, () => setWeights(model, file(f16('fc.weight', [32, 16])), map));
    await onEmulation(async () => {
      const half = layers.sequential({ layers: [layers.layers.dense({ name: 'd', units: 32, inputShape: [16], useBias: false })] });
      await setWeights(half, file(f16('fc.weight', [32, 16])), map);
      expect(storageOf(half.weights[0]?.read() as tf.Tensor)).toBe('float16');
      expect(half.getWeights()[0]?.dataSync()).toEqual(model.getWeights()[0]?.dataSync());
    });
  });
});

describe('tensors become a safetensors file', () => {
  it('in any float format, integers and bools as they are', async () => {
    const named = { w: tf.tensor([1, 2.5]), n: tf.tensor([3], [1], 'int32'), yes: tf.tensor([true], [1], 'bool') };
    const tensors = await fromTensors(named, { dtype: 'BF16' });
    expect(tensors).toEqual([
      { name: 'w', dtype: 'BF16', shape: [2], bits: Uint16Array.of(0x3f80, 0x4020) },
      { name: 'n', dtype: 'I32', shape: [1], values: Int32Array.of(3) },
      { name: 'yes', dtype: 'BOOL', shape: [1], values: Uint8Array.of(1) },
    ]);
    const [plain] = await fromTensors({ w: named.w });
    expect(plain).toEqual({ name: 'w', dtype: 'F32', shape: [2], values: Float32Array.of(1, 2.5) });
    const back = await toTensors({ metadata: {}, tensors: await fromTensors(named, { dtype: 'F8_E4M3' }) });
    expect([...(back['w']?.dataSync() ?? [])]).toEqual([1, 2.5]);
  });

  it('refuses what does not fit, unless told what may be lost', async () => {
    const named = { w: tf.tensor([1e6]), fine: tf.tensor([1]) };
    await expect(fromTensors(named, { dtype: 'F16' })).rejects.toThrow(/does not fit float16, got "w" \(1 overflow/);
    await expect(fromTensors(named, { dtype: 'F8_E4M3' })).rejects.toThrow(/does not fit float8_e4m3fn/);
    const [w] = await fromTensors(named, { dtype: 'F8_E4M3', allow: { overflow: 'saturate' } });
    expect(w).toMatchObject({ bits: Uint8Array.of(0x7e) });
    await expect(fromTensors(named, { dtype: 'I8' as 'F16' })).rejects.toThrow(
      /dtype must be one of F32, F16, BF16, F8_E4M3, F8_E5M2, got I8/,
    );
    await expect(fromTensors({ c: tf.complex([1], [2]) })).rejects.toThrow(/"c" must be float32, int32 or bool, got complex64/);
  });
});
