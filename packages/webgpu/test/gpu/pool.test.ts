import { backend_util } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { avgPoolGradRecipe } from '../../src/kernels/pool/avg-pool-grad.ts';
import { maxPoolGradRecipe } from '../../src/kernels/pool/max-pool-grad.ts';
import type { PoolShape } from '../../src/kernels/pool/pool-shape.ts';
import { poolShape } from '../../src/kernels/pool/pool-shape.ts';
import { poolRecipe } from '../../src/kernels/pool/pool.ts';
import { harnessDevice, runRecipe, STORAGES } from './kernel-harness.ts';
import { averageGrad64, averagePool64, maxPool64 } from './pool-reference.ts';
import { FORMATS, normal, rounded, storedAs } from './rows-reference.ts';

afterAll(async () => (await harnessDevice()).destroy());

type Case = readonly [
  x: [number, number, number, number],
  filter: [number, number],
  strides: [number, number],
  pad: 'same' | 'valid' | number,
];

const CASES: readonly Case[] = [
  [[1, 1, 1, 1], [1, 1], [1, 1], 'valid'],
  [[3, 6, 6, 8], [2, 2], [2, 2], 'valid'],
  [[2, 7, 5, 3], [2, 2], [2, 2], 'same'],
  [[1, 9, 7, 2], [3, 3], [2, 2], 'same'],
  [[2, 5, 8, 4], [3, 2], [1, 1], 'same'],
  [[1, 11, 6, 4], [2, 3], [3, 5], 'valid'],
  [[1, 6, 6, 4], [6, 6], [1, 1], 'valid'],
  [[2, 6, 5, 4], [3, 3], [3, 3], 1],
];

const shapeOf = ([x, filter, strides, pad]: Case): PoolShape =>
  poolShape(backend_util.computePool2DInfo(x, filter, strides, 1, pad, pad === 1 ? 'floor' : undefined));
const sizesOf = ({ batch, channels, input, output }: PoolShape): [number, number] => [
  batch * channels * input[0] * input[1],
  batch * channels * output[0] * output[1],
];

describe.each(STORAGES)('pooling stored as %s', (codec) => {
  const format = FORMATS[codec ?? 'float32'];
  const cases = CASES.filter((_, index) => codec === null || index % 4 === STORAGES.indexOf(codec) || index === 1).map((one) => ({
    name: JSON.stringify(one),
    shape: shapeOf(one),
  }));

  it.each(cases)('takes maxima exactly, and their gradient goes to the last of them: $name', async ({ shape }) => {
    const [inputs, outputs] = sizesOf(shape);
    const xs = rounded(
      normal(inputs, 3, 1).map((value) => Math.round(value * 2) / 2 + 0),
      codec,
    ); // many equal maxima
    const dys = rounded(normal(outputs, 4, 1), codec);
    const expected = maxPool64(shape, xs, dys);
    const [ys] = await runRecipe({
      recipe: poolRecipe('max', shape),
      inputs: [{ values: xs, codec }],
      outputs: [{ size: outputs, codec }],
    });
    expect(ys).toBeBitEqual(Float32Array.from(expected.ys));
    const [dxs] = await runRecipe({
      recipe: maxPoolGradRecipe(shape),
      inputs: [
        { values: dys, codec },
        { values: xs, codec },
      ],
      outputs: [{ size: inputs, codec }],
    });
    expect(dxs).toBeCloseInFormat(storedAs(expected.dxs, codec), format, { terms: 9, scale: 1 });
  });

  it.each(cases)('averages in float32: $name', async ({ shape }) => {
    const [inputs, outputs] = sizesOf(shape);
    const xs = rounded(normal(inputs, 5, 1), codec);
    const dys = rounded(normal(outputs, 6, 1), codec);
    const [ys] = await runRecipe({
      recipe: poolRecipe('avg', shape),
      inputs: [{ values: xs, codec }],
      outputs: [{ size: outputs, codec }],
    });
    const tolerance = codec === null ? { terms: 36, scale: 1 } : { terms: 1, scale: 2 ** -9 };
    expect(ys).toBeCloseInFormat(storedAs(averagePool64(shape, xs), codec), format, tolerance);
    const [dxs] = await runRecipe({
      recipe: avgPoolGradRecipe(shape),
      inputs: [{ values: dys, codec }],
      outputs: [{ size: inputs, codec }],
    });
    expect(dxs).toBeCloseInFormat(storedAs(averageGrad64(shape, dys), codec), format, tolerance);
  });

  it('overflows to infinity only where the result does', async () => {
    const shape = shapeOf([[1, 2, 2, 4], [2, 2], [2, 2], 'valid']);
    const high = codec === 'bfloat16' || codec === null ? 1.5 * 2 ** 127 : 60000;
    const xs = rounded(
      Float32Array.from({ length: 16 }, (_, i) => (i < 4 ? high : 0)),
      codec,
    );
    const [ys] = await runRecipe({ recipe: poolRecipe('avg', shape), inputs: [{ values: xs, codec }], outputs: [{ size: 4, codec }] });
    expect([...(ys as Float32Array)].every(Number.isFinite)).toBe(true);
    const infinite = xs.map((value, i) => (i === 0 ? Infinity : value));
    const [most] = await runRecipe({
      recipe: poolRecipe('max', shape),
      inputs: [{ values: infinite, codec }],
      outputs: [{ size: 4, codec }],
    });
    expect([...(most as Float32Array)].map(Number.isFinite)).toEqual([false, true, true, true]);
  });
});

describe('maxima among NaN', () => {
  it.each([
    [
      [2, 2],
      [2, 2],
    ] as const,
    [
      [2, 2],
      [1, 1],
    ] as const,
  ])('pass over it, and only a NaN that comes first keeps the gradient: %j', async (filter, strides) => {
    const shape = shapeOf([[1, 2, 4, 1], [...filter], [...strides], 'valid']);
    const xs = Float32Array.of(NaN, 1, 2, NaN, 3, 4, 5, 6);
    const [inputs, outputs] = sizesOf(shape);
    const dys = Float32Array.from({ length: outputs }, (_, i) => i + 1);
    const [ys] = await runRecipe({ recipe: poolRecipe('max', shape), inputs: [{ values: xs }], outputs: [{ size: outputs }] });
    const [dxs] = await runRecipe({
      recipe: maxPoolGradRecipe(shape),
      inputs: [{ values: dys }, { values: xs }],
      outputs: [{ size: inputs }],
    });
    expect([...(ys as Float32Array)]).toEqual(strides[0] === 2 ? [4, 6] : [4, 5, 6]);
    expect([...(dxs as Float32Array)]).toEqual(strides[0] === 2 ? [1, 0, 0, 0, 0, 0, 0, 2] : [1, 0, 0, 0, 0, 0, 2, 3]);
  });
});
