import { describe, expect, it } from 'vitest';
import { policy, withOps } from '@halftone/policy';
import type { Operand } from '../../src/index.ts';
import { decide } from '../../src/index.ts';

const mixed = policy('mixed_float16');
const operand = (over: Partial<Operand> = {}): Operand => ({ storage: 'float32', size: 4096, rank: 2, variable: false, ...over });
const half = operand({ storage: 'float16' });
const bias = operand({ size: 64, rank: 1, variable: true });

describe('without a policy', () => {
  it('everything stays float32', () => expect(decide(null, 'BatchMatMul', [half, half]).half).toBe(null));
  it('a float32 policy changes nothing either', () => expect(decide(policy('float32'), 'Add', [half, half]).half).toBe(null));
});

describe('mixed_float16', () => {
  it('stores matrix products in half, whatever their inputs are', () => {
    expect(decide(mixed, 'BatchMatMul', [operand(), operand({ variable: true })])).toMatchObject({ opClass: 'allow', half: 'float16' });
  });
  it('keeps filter gradients in float32, because they feed float32 masters', () => {
    for (const name of ['Conv2DBackpropFilter', 'Dilation2DBackpropFilter']) expect(decide(mixed, name, [half, half]).half).toBe(null);
  });
  it('keeps exp, sums and unknown kernels in float32', () => {
    for (const name of ['Exp', 'Sum', 'Mean', 'SomeKernelOfMine']) expect(decide(mixed, name, [half]).half).toBe(null);
  });
  it('lets shape kernels and activations follow their input', () => {
    expect(decide(mixed, 'Relu', [half]).half).toBe('float16');
    expect(decide(mixed, 'Transpose', [operand()]).half).toBe(null);
  });
  it('lets batch norm follow x and not its float32 statistics', () => {
    expect(decide(mixed, 'FusedBatchNorm', [half, bias, bias, operand({ size: 64 }), operand({ size: 64 })]).half).toBe('float16');
  });
});

describe('promotion', () => {
  it('widens when one real input is float32', () => expect(decide(mixed, 'Add', [half, operand()]).half).toBe(null));
  it('stays half when both are half', () => expect(decide(mixed, 'Add', [half, half]).half).toBe('float16'));
  it('lets a bias follow the activation', () => expect(decide(mixed, 'Add', [half, bias]).half).toBe('float16'));
  it('lets a scalar follow the activation', () =>
    expect(decide(mixed, 'Multiply', [half, operand({ size: 1, rank: 0 })]).half).toBe('float16'));
  it('lets a mask of zeros and ones follow the activation', () => {
    expect(decide(mixed, 'Multiply', [half, operand({ mask: true })]).half).toBe('float16');
  });
  it('treats a variable as large as the result as float32 state: a weight update never becomes half', () => {
    expect(decide(mixed, 'Add', [half, operand({ variable: true })]).half).toBe(null);
  });
  it('keeps float32 for a constant that float16 cannot hold, and says so', () => {
    const mask = operand({ size: 1, rank: 0, value: -1e9 });
    expect(decide(mixed, 'Select', [half, mask])).toMatchObject({ half: null, why: expect.stringContaining('-1000000000') });
    const halfBf = operand({ storage: 'bfloat16' });
    expect(decide(policy('mixed_bfloat16'), 'Select', [halfBf, mask]).half).toBe('bfloat16');
  });
  it('keeps float32 for a constant that would round to zero, and not for one that would not', () => {
    const constant = (value: number): Operand => operand({ size: 1, rank: 0, value });
    expect(decide(mixed, 'Add', [half, constant(1e-12)])).toMatchObject({ half: null, why: expect.stringContaining('1e-12') });
    expect(decide(mixed, 'Add', [half, constant(-(2 ** -25))]).half).toBe(null);
    expect(decide(mixed, 'Add', [half, constant(2 ** -25 + 2 ** -40)]).half).toBe('float16');
    expect(decide(mixed, 'Add', [half, constant(0)]).half).toBe('float16');
    expect(decide(policy('mixed_bfloat16'), 'Add', [operand({ storage: 'bfloat16' }), constant(1e-12)]).half).toBe('bfloat16');
  });
  it('keeps infinity in half: it fits', () => {
    expect(decide(mixed, 'Maximum', [half, operand({ size: 1, rank: 0, value: -Infinity })]).half).toBe('float16');
  });
  it('widens float16 met by bfloat16', () => expect(decide(mixed, 'Add', [half, operand({ storage: 'bfloat16' })]).half).toBe(null));
  it('is float32 for two scalars', () => {
    const scalar = operand({ size: 1, rank: 0 });
    expect(decide(mixed, 'Add', [scalar, scalar]).half).toBe(null);
  });
});

describe('a policy with half parameters', () => {
  it('forces every output, whatever the class', () => {
    expect(decide(policy('float16'), 'Exp', [operand()])).toMatchObject({ half: 'float16', forced: true });
    expect(decide(policy('bfloat16'), 'Fill', [])).toMatchObject({ half: 'bfloat16', forced: true });
  });
});

it("obeys the user's overrides", () => {
  expect(decide(withOps(mixed, { deny: ['BatchMatMul'] }), 'BatchMatMul', [half, half]).half).toBe(null);
  expect(decide(withOps(mixed, { allow: ['Exp'] }), 'Exp', [half]).half).toBe('float16');
});
