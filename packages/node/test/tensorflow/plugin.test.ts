import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients
import type * as TfjsNode from '@tensorflow/tfjs-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { autocast, pluginFor, storageOf, toStorage } from '@halftone/autocast';
import { encode } from '@halftone/float16';
import '@halftone/testing/matchers';
import type { NodeBackend } from '../../src/library/node-backend.ts';
import type { TensorMetadata } from '../../src/library/tfjs-binding.ts';
import type { NodeHandle } from '../../src/index.ts';
import { registerNode, useNode } from '../../src/index.ts';
import { writeSavedModel } from './saved-model-file.ts';

const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => (((i * 37) % 129) - 64) / 64);
const currentBackend = (): NodeBackend => tf.backend() as NodeBackend;
const tfjsNode = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof TfjsNode;
const native = currentBackend().binding; // before it is wrapped
const nativeTypeOf = (tensor: tf.Tensor): number => {
  const { id } = currentBackend().tensorMap.get(tensor.dataId);
  const [same] = native.executeOp('Identity', [], [id], 1) as [TensorMetadata];
  native.deleteTensor(same.id);
  return same.dtype;
};
const product = (): tf.Tensor => tf.matMul(tf.tensor2d(wave(512), [32, 16]), tf.tensor2d(wave(512), [16, 32]));

let handle: NodeHandle;
beforeEach(async () => {
  handle = await useNode();
});
afterEach(() => handle.dispose());

describe('registerNode', () => {
  it('is refused a second time while the first handle lives', async () => {
    await expect(registerNode()).rejects.toThrow('[node] the plug-in is already registered, got a second call.');
    expect(pluginFor('tensorflow')).toBeDefined();
  });

  it('keeps the name, the current backend and the tensors, and gives everything back', async () => {
    const stock = currentBackend();
    handle.dispose();
    const [binding, kernel, gradient] = [
      stock.binding,
      tf.getKernel('MatMul', 'tensorflow') ?? tf.getKernel('BatchMatMul', 'tensorflow'),
      tf.getGradient('FusedBatchNorm'),
    ];
    const before = tf.tensor1d(wave(512));
    tf.dispose(tf.neg(before)); // uploaded: its handle is older than the plug-in
    handle = await registerNode();
    expect([handle.backendName, tf.getBackend(), currentBackend()]).toEqual(['tensorflow', 'tensorflow', stock]);
    const half = tf.tidy(() => autocast('param=float32,compute=float16,output=float16', () => tf.neg(toStorage(before, 'float16'))));
    expect(storageOf(half)).toBe('float16');
    handle.dispose();
    expect([stock.binding, tf.getKernel('BatchMatMul', 'tensorflow'), tf.getGradient('FusedBatchNorm')]).toEqual([
      binding,
      kernel,
      gradient,
    ]);
    expect(await half.data()).toBeBitEqual(wave(512).map((value) => -value)); // it was widened
    tf.dispose([before, half]);
  });

  it('refuses options that do not exist', async () => {
    await expect(registerNode({ castCacheBytes: -1 })).rejects.toThrow(
      '[node] castCacheBytes must be a number of bytes from 0 on, got -1.',
    );
    await expect(registerNode({ requireGPU: true } as object)).rejects.toThrow("got 'requireGPU'");
    await expect(registerNode({ package: 'tensorflow' } as object)).rejects.toThrow("got 'tensorflow'");
  });

  it('works on after the engine was reset', async () => {
    const old = currentBackend();
    tf.engine().reset();
    await tf.setBackend('tensorflow');
    expect(currentBackend()).not.toBe(old);
    expect(tf.tidy(() => autocast('mixed_float16', () => storageOf(product())))).toBe('float16');
    handle.dispose();
    expect(pluginFor('tensorflow')).toBeUndefined();
    expect(await tf.tidy(product).data()).toHaveLength(1024);
  });
});

describe('half handles', () => {
  it('are half inside TensorFlow and float32 to tfjs, at half the bytes', () => {
    const values = tf.tensor1d(wave(4096));
    const { bytes, halfBytes } = handle.memory();
    const half = toStorage(values, 'float16');
    expect([half.dtype, storageOf(half), nativeTypeOf(half)]).toEqual(['float32', 'float16', 19]);
    expect(handle.memory().halfBytes - halfBytes).toBe(8192);
    expect(handle.memory().bytes - bytes).toBe(8192 + 4096 * 4); // and the upload that had waited
    tf.dispose([values, half]);
    expect(handle.memory().bytes).toBe(bytes);
  });

  it.each([512, 513])('are read and made as 16-bit codes, %d of them', async (size) => {
    const values = wave(size);
    const half = tf.tidy(() => toStorage(tf.tensor1d(values), 'float16'));
    const bits = handle.bits(half);
    expect(bits).toEqual(encode(values, 'float16'));
    const back = handle.fromBits(bits, [size], 'float16');
    expect([storageOf(back), back.dtype, back.shape]).toEqual(['float16', 'float32', [size]]);
    expect(await back.data()).toBeBitEqual(values);
    const brain = handle.fromBits(encode(values, 'bfloat16'), [size], 'bfloat16');
    expect(storageOf(brain)).toBe('bfloat16');
    expect(await brain.data()).toBeBitEqual(values);
    tf.dispose([half, back, brain]);
  });

  it('refuse codes that do not fill the shape, and codes of a float32 tensor', () => {
    expect(() => handle.fromBits(new Uint16Array(3), [4], 'float16')).toThrow('[node] bits must fill the shape [4], got 3 codes.');
    const wide = tf.ones([4]);
    expect(() => handle.bits(wide)).toThrow('[node] bits() needs a tensor that is stored in half, got float32.');
    wide.dispose();
  });

  it('never stand behind a variable once it is used, and the user is told', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const variable = tf.tidy(() => tf.variable(toStorage(tf.tensor1d(wave(512)), 'float16')));
    tf.dispose(tf.neg(variable));
    expect([storageOf(variable), nativeTypeOf(variable)]).toEqual(['float32', 1]);
    variable.assign(tf.tidy(() => toStorage(tf.tensor1d(wave(512)), 'float16')));
    tf.dispose(autocast('mixed_float16', () => tf.neg(variable)));
    expect(nativeTypeOf(variable)).toBe(1);
    expect(warn.mock.calls.flat().join()).toContain('was assigned numbers rounded to 16 bits');
    warn.mockRestore();
    variable.dispose();
  });
});

describe('casts', () => {
  it('of a weight happen once a step, however often it is used, and end with the weight', () => {
    const weight = tf.tidy(() => tf.variable(tf.tensor2d(wave(1024), [32, 32])));
    const x = tf.tensor2d(wave(1024), [32, 32]);
    const step = (): void =>
      tf.tidy(
        () => void autocast('mixed_float16', () => tf.variableGrads(() => tf.sum(tf.matMul(tf.matMul(x, weight), weight)) as tf.Scalar)),
      );
    step();
    handle.resetStatistics();
    const { cachedHandles } = handle.memory();
    step();
    const { down, reused } = handle.statistics().casts;
    expect(down).toBe(1); // the gradient of the sum; x and the weight were cast in the first step
    expect(reused).toBeGreaterThanOrEqual(4);
    expect(handle.memory().cachedHandles).toBe(cachedHandles);
    weight.assign(tf.tidy(() => tf.add(weight, 1)));
    expect(handle.memory().cachedHandles).toBe(cachedHandles - 1);
    tf.dispose([weight, x]);
  });

  it('are made anew, and leave nothing, where the cache may hold nothing', async () => {
    handle.dispose();
    handle = await useNode({ castCacheBytes: 0 });
    const x = tf.tensor2d(wave(1024), [32, 32]);
    const run = (): void => tf.tidy(() => void autocast('mixed_float16', () => tf.matMul(x, x)));
    run();
    const { handles } = handle.memory();
    run();
    expect(handle.memory()).toMatchObject({ handles, cachedHandles: 0, cachedBytes: 0 });
    expect(handle.statistics().casts).toMatchObject({ reused: 0, evicted: 0 });
    x.dispose();
  });
});

describe('what reaches past the kernels', () => {
  it('a SavedModel gets float32 from half inputs, and its own half output can be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halftone-'));
    try {
      writeSavedModel(folder);
      const x = tf.tidy(() => toStorage(tf.tensor1d(wave(512)), 'float16'));
      const model = await tfjsNode.node.loadSavedModel(folder, ['serve'], 'serving_default');
      const doubled = model.predict(x as never) as unknown as tf.Tensor;
      expect(await doubled.data()).toBeBitEqual(wave(512).map((value) => 2 * value));
      const { binding, tensorMap } = currentBackend();
      const id = binding.loadSavedModel(folder, 'serve');
      const [narrow] = binding.runSavedModel(id, [tensorMap.get(x.dataId).id], 'x', 'narrow') as [TensorMetadata];
      expect(narrow.dtype).toBe(1); // what tfjs is told
      expect(binding.tensorDataSync(narrow.id)).toBeBitEqual(wave(512).map((value) => 2 * value));
      binding.deleteTensor(narrow.id);
      binding.deleteSavedModel(id);
      model.dispose();
      tf.dispose([x, doubled]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tf.node.encodePng takes what was computed in half', async () => {
    const image = tf.tidy(() =>
      autocast('mixed_float16', () => tf.cast(tf.mul(toStorage(tf.ones([16, 16, 3]), 'float16'), 255), 'int32')),
    ) as tf.Tensor3D;
    const png = await tfjsNode.node.encodePng(image as never);
    expect(tfjsNode.node.decodePng(png).shape).toEqual([16, 16, 3]);
    image.dispose();
  });
});

describe('firstNonFinite', () => {
  const find = (...tensors: tf.Tensor[]): number => {
    const plugin = pluginFor('tensorflow');
    const found = tf.engine().makeTensorFromTensorInfo(plugin!.firstNonFinite!(tensors));
    const value = found.dataSync()[0] as number;
    found.dispose();
    return value;
  };

  it('tells the first tensor with an infinity or NaN, in whatever format it is, or -1', () => {
    tf.tidy(() => {
      const good = tf.ones([3, 4]);
      const scalar = tf.scalar(1e38);
      const nan = tf.tensor2d([[1, NaN]]);
      const half = toStorage(tf.tensor1d([1, 1e6]), 'float16'); // overflows
      expect(find(good, scalar)).toBe(-1);
      expect(find(good, nan, half)).toBe(1);
      expect(find(half, nan)).toBe(0);
      expect(find(good, tf.tensor1d([1, 2], 'int32'), tf.scalar(-Infinity))).toBe(2);
      expect(find()).toBe(-1);
      expect(find(tf.zeros([0, 4]))).toBe(-1);
    });
  });

  it('leaves no handle behind', () => {
    const x = tf.ones([8]);
    find(x);
    const { handles } = handle.memory();
    const { numTensors } = tf.memory();
    find(x);
    expect([handle.memory().handles, tf.memory().numTensors]).toEqual([handles, numTensors]);
    x.dispose();
  });
});
