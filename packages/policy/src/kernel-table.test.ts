import { describe, expect, test } from 'vitest';
import { kernelTable } from './index.ts';

const rows = Object.entries(kernelTable);

describe('the kernel table', () => {
  test('has the 180 kernels of tfjs 4.22', () => {
    expect(rows.length).toBe(180);
  });

  test('gives each row a reason that is a short phrase', () => {
    for (const [kernel, { why }] of rows) {
      expect(why.length, kernel).toBeGreaterThan(5);
      expect(why.length, kernel).toBeLessThanOrEqual(90);
      expect(why, kernel).not.toMatch(/[.!]$/);
    }
  });

  test('keeps float32 for exactly the gradients that feed float32 masters', () => {
    expect(
      rows
        .filter(([, { output }]) => output === 'float32')
        .map(([kernel]) => kernel)
        .sort(),
    ).toEqual(['Conv2DBackpropFilter', 'Conv3DBackpropFilterV2', 'DepthwiseConv2dNativeBackpropFilter', 'Dilation2DBackpropFilter']);
  });

  test('allows the family of products, which every reference system agrees on, in both formats', () => {
    const allowed = rows.filter(([, { float16 }]) => float16 === 'allow').map(([kernel]) => kernel);
    expect(allowed).toEqual(expect.arrayContaining(['_FusedMatMul', 'BatchMatMul', 'Conv2D', 'DepthwiseConv2dNative', 'Conv3D', 'Einsum']));
    expect(rows.filter(([, { bfloat16 }]) => bfloat16 === 'allow').map(([kernel]) => kernel)).toEqual(allowed);
  });

  test('is never stricter in bfloat16 than in float16', () => {
    const denied = rows.filter(([, { float16, bfloat16 }]) => bfloat16 === 'deny' && float16 !== 'deny');
    expect(denied).toEqual([]);
  });

  test('gives a gradient kernel the class of its forward kernel, sums of gradients aside', () => {
    const unlike = rows
      .map(([kernel]) => ({ kernel, forward: kernel.replace(/(BackpropInput|BackpropFilter)(V2)?$|Grad$/, '') }))
      .filter(({ kernel, forward }) => kernel !== forward && kernelTable[forward]?.float16 !== kernelTable[kernel]?.float16);
    expect(unlike.map(({ kernel }) => kernel)).toEqual(['ResizeNearestNeighborGrad']);
  });

  test('is frozen, its rows included', () => {
    expect(Object.isFrozen(kernelTable)).toBe(true);
    expect(rows.every(([, row]) => Object.isFrozen(row))).toBe(true);
  });
});
