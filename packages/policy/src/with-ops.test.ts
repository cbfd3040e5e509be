import { describe, expect, test } from 'vitest';
import type { OpOverrides } from './index.ts';
import { allowlist, denylist, kernelClass, policy, withOps } from './index.ts';

const mixed = policy('mixed_float16');

describe('overrides', () => {
  test('give kernels the class of the list that they are in', () => {
    const { ops } = withOps(mixed, { allow: ['Exp'], deny: ['Conv2D'], f32Inner: ['Softmax'], promote: ['Relu'], pass: ['Tanh'] });
    expect(ops).toEqual({ Conv2D: 'deny', Exp: 'allow', Relu: 'promote', Softmax: 'f32-inner', Tanh: 'pass' });
  });

  test('leave the policy that they are added to as it was', () => {
    withOps(mixed, { deny: ['Tanh'] });
    expect(mixed.ops).toEqual({});
  });

  test('add up, and a later one wins', () => {
    const twice = withOps(withOps(mixed, { deny: ['Tanh', 'Sigmoid'] }), { pass: ['Tanh'] });
    expect(twice.ops).toEqual({ Sigmoid: 'deny', Tanh: 'pass' });
  });

  test('keep name and formats', () => {
    expect(withOps(mixed, { deny: ['Tanh'] })).toMatchObject({ name: 'mixed_float16', compute: 'float16' });
  });

  test('of a kernel that tfjs does not have are refused with the nearest name and the way to mean it', () => {
    expect(() => withOps(mixed, { deny: ['Sofmax'] })).toThrow(RangeError);
    expect(() => withOps(mixed, { deny: ['Sofmax'] })).toThrow(/got "Sofmax"\. Did you mean 'Softmax'\? Write 'custom:Sofmax'/);
  });

  test('of a custom kernel say so', () => {
    const custom = withOps(mixed, { allow: ['custom:FlashAttention'] });
    expect(kernelClass(custom, 'FlashAttention').opClass).toBe('allow');
    expect(kernelClass(mixed, 'FlashAttention').opClass).toBe('deny');
  });

  test('of a custom kernel with the name of one of tfjs are refused', () => {
    expect(() => withOps(mixed, { allow: ['custom:Conv2D'] })).toThrow(
      /is for kernels that tfjs does not have, got "custom:Conv2D"\. Write 'Conv2D'/,
    );
  });

  test.each(['custom:', 'custom:a b', 'custom:a,b', 'custom:a=b', 'custom:a+b'])('of a custom kernel called %j are refused', (name) => {
    expect(() => withOps(mixed, { allow: [name] })).toThrow(
      /must be non-empty and free of spaces, commas, '=' and '\+'.* Rename the kernel/,
    );
  });

  test('in two lists are refused', () => {
    expect(() => withOps(mixed, { allow: ['Exp'], deny: ['Exp'] })).toThrow(
      /a kernel can have one class, got allow and deny for 'Exp'\. Name it in one list/,
    );
  });

  test('of a misspelt list are refused with the nearest word', () => {
    const typo = JSON.parse('{"dney": ["Tanh"]}') as OpOverrides;
    expect(() => withOps(mixed, typo)).toThrow(RangeError);
    expect(() => withOps(mixed, typo)).toThrow(/an override must be one of allow, deny, .* got "dney"\. Did you mean 'deny'\?/);
  });

  test('that are no list of strings are a TypeError', () => {
    expect(() => withOps(mixed, JSON.parse('{"deny": "Tanh"}') as OpOverrides)).toThrow(
      /deny must be a list of kernel names, got "Tanh"\. Write/,
    );
    expect(() => withOps(mixed, JSON.parse('{"deny": "Tanh"}') as OpOverrides)).toThrow(TypeError);
    expect(() => withOps(mixed, JSON.parse('{"deny": [7]}') as OpOverrides)).toThrow(/the name of a kernel must be a string, got 7/);
    expect(() => withOps(mixed, JSON.parse('{"deny": [7]}') as OpOverrides)).toThrow(TypeError);
  });
});

describe('the class of a kernel', () => {
  test('is that of the row for the format that the policy computes in', () => {
    expect(kernelClass(mixed, 'Log').opClass).toBe('deny');
    expect(kernelClass(policy('mixed_bfloat16'), 'Log').opClass).toBe('f32-inner');
  });

  test('is the override where there is one, and says that it is', () => {
    const { opClass, why } = kernelClass(withOps(mixed, { deny: ['Conv2D'] }), 'Conv2D');
    expect(opClass).toBe('deny');
    expect(why).toBe('the policy overrides the class of Conv2D');
  });

  test('keeps float32 for a filter gradient, overridden or not', () => {
    expect(kernelClass(mixed, 'Conv2DBackpropFilter')).toMatchObject({ opClass: 'allow', output: 'float32' });
    expect(kernelClass(withOps(mixed, { pass: ['Conv2DBackpropFilter'] }), 'Conv2DBackpropFilter')).toMatchObject({
      opClass: 'pass',
      output: 'float32',
    });
    expect('output' in kernelClass(mixed, 'Conv2D')).toBe(false);
  });

  test.each(['MyKernel', 'constructor', '__proto__', ''])('is deny for %j, which nobody has judged', (kernel) => {
    expect(kernelClass(mixed, kernel)).toEqual({ opClass: 'deny', why: 'the table does not know this kernel, so it stays float32' });
  });

  test('is deny for all that computes floats when the policy computes in float32', () => {
    const full = withOps(policy('float32'), { allow: ['Conv2D'] });
    expect(kernelClass(full, 'Conv2D')).toEqual({ opClass: 'deny', why: 'the policy computes in float32' });
    expect(kernelClass(full, 'LogicalAnd').opClass).toBe('n/a');
  });
});

test('the allowlist and the denylist follow the overrides', () => {
  const own = withOps(mixed, { deny: ['Conv2D'], allow: ['Exp'] });
  expect(allowlist(own)).toContain('Exp');
  expect(allowlist(own)).not.toContain('Conv2D');
  expect(denylist(own)).toContain('Conv2D');
  expect(denylist(mixed).length).toBeGreaterThan(denylist(policy('mixed_bfloat16')).length);
  expect(allowlist(policy('float32'))).toEqual([]);
});
