import type { GraphModel } from '@tensorflow/tfjs-converter';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explain, storageOf } from '@halftone/autocast';
import '@halftone/testing/matchers';
import type { WebGPUHandle } from '@halftone/webgpu';
import { useWebGPU } from '@halftone/webgpu';
import { mixedPrecision, removeMixedPrecision, storeFrozenInHalf } from '../../src/index.ts';
import { constant, frozenGraph, graphFile, loopGraphV1, loopGraphV2, node, placeholder, product, weight } from '../graph-models.ts';

let handle: WebGPUHandle;
beforeAll(async () => {
  handle = await useWebGPU();
});
afterAll(() => handle.dispose());

const rows = (): tf.Tensor => tf.reshape(tf.sin(tf.range(0, 32 * 16)), [32, 16]);
const run = async (model: GraphModel): Promise<Float32Array> =>
  (await ((await model.executeAsync(rows())) as tf.Tensor).data()) as Float32Array;

it.each([
  ['frozen', frozenGraph],
  ['with Switch and Merge', loopGraphV1],
  ['with While and If', loopGraphV2],
] as const)('a graph %s runs in half on the device, next to one that does not', async (_, draw) => {
  const [plain, mixed] = [await draw(), mixedPrecision(await draw())];
  const expected = await run(plain);
  const [beside, values] = await Promise.all([run(plain), run(mixed)]);
  expect(beside).toBeBitEqual(expected);
  expect(values).toBeCloseInFormat(expected, 'float16', { terms: 64, scale: 2 });
  expect(values).not.toStrictEqual(expected);
});

it('weights go to the device in half, and those of a model that has run are moved there', async () => {
  const [fresh, used] = [await frozenGraph(), await frozenGraph()];
  tf.dispose(used.predict(rows()));
  for (const model of [fresh, used]) {
    mixedPrecision(model);
    expect((await storeFrozenInHalf(model)).half.map(({ weight: name }) => name)).toEqual(['kernel', 'head']);
  }
  expect(await run(used)).toBeBitEqual(await run(fresh));
  removeMixedPrecision(used);
  expect(storageOf(used.weights['kernel']?.[0] as tf.Tensor)).toBe('float32');
});

it.each([-1e9, 1e-12])('a sum with the constant %d is float32 in every frame, also when the device has taken it in', async (value) => {
  const nodes = [placeholder('x', [32, 16]), constant('w'), constant('c'), product('p', 'x', 'w'), node('y', 'AddV2', ['p', 'c'])];
  const file = graphFile(nodes, [weight('w', [16, 16], Math.sin), weight('c', [], () => value)]);
  const model = mixedPrecision(await loadGraphModel(file), 'mixed_float16', { checkRange: false });
  for (let frame = 0; frame < 3; frame++) {
    const x = rows();
    const { result, kernels } = explain(() => model.predict(x) as tf.Tensor);
    expect(kernels.map(({ storageOut }) => storageOut[0])).toEqual(['float16', 'float32']);
    expect(((await result.data()) as Float32Array).every(Number.isFinite)).toBe(true);
  }
});
