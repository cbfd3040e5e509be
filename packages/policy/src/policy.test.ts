import { describe, expect, test } from 'vitest';
import type { Policy } from './index.ts';
import { formatPolicy, policy, withOps } from './index.ts';

const asPolicy = (value: unknown): Policy => value as Policy;

describe('a policy string', () => {
  test.each([
    ['mixed_float16', 'float32', 'float16', 'float32'],
    ['mixed_bfloat16', 'float32', 'bfloat16', 'float32'],
    ['float32', 'float32', 'float32', 'float32'],
    ['float16', 'float16', 'float16', 'float16'],
    ['bfloat16', 'bfloat16', 'bfloat16', 'bfloat16'],
  ] as const)('%s is the name of params in %s, maths in %s, results in %s', (name, param, compute, output) => {
    expect(policy(name)).toEqual({ name, param, compute, output, ops: {} });
    expect(policy(`param=${param},compute=${compute},output=${output}`)).toEqual(policy(name));
  });

  test('has short forms of its parts and of its formats', () => {
    expect(policy('p=f32,c=f16,o=f32')).toEqual(policy('mixed_float16'));
    expect(policy('c=bf16, o=float32')).toEqual(policy('mixed_bfloat16'));
  });

  test('without a part follows jmp: float32 params, maths as the params, results as the maths', () => {
    expect(policy('compute=float16')).toMatchObject({ param: 'float32', compute: 'float16', output: 'float16' });
    expect(policy('param=bfloat16').name).toBe('bfloat16');
    expect(policy('output=float32').name).toBe('float32');
  });

  test('that has no name is named by its parts', () => {
    expect(policy('o=f16,c=bf16').name).toBe('param=float32,compute=bfloat16,output=float16');
  });

  test('takes overrides after the formats', () => {
    expect(policy('mixed_float16, deny=Tanh+Sigmoid, f32Inner=Softmax').ops).toEqual({
      Sigmoid: 'deny',
      Softmax: 'f32-inner',
      Tanh: 'deny',
    });
    expect(policy('compute=float16,pass=Exp').ops).toEqual({ Exp: 'pass' });
  });

  test.each([
    ['mixed_flaot16', /got "mixed_flaot16".* Did you mean 'mixed_float16'\?/],
    ['Mixed_Float16', /Did you mean 'mixed_float16'\?/],
    ['mixedbfloat16', /Did you mean 'mixed_bfloat16'\?/],
    ['foat32', /Did you mean 'float32'\?/],
    ['', /a name in a policy must be one of mixed_float16/],
    ['compute=flaot16', /got "flaot16" in "compute=flaot16"\. Did you mean 'float16'\?/],
    ['compute=half', /got "half".* Did you mean 'float16'\?/],
    ['compute=fp16', /Did you mean 'float16'\?/],
    ['param=full', /Did you mean 'float32'\?/],
    ['comput=float16', /got "comput" in "comput=float16"\. Did you mean 'compute'\?/],
    ['mixed_float16,denny=Tanh', /Did you mean 'deny'\?/],
    ['mixed_float16,deny=Tahn', /no kernel of tfjs has this name, got "Tahn"\. Did you mean 'Tanh'\?/],
    ['mixed_float16,deny=conv2d', /Did you mean 'Conv2D'\?/],
    ['compute', /a name in a policy must be/],
    ['mixed_float16,compute', /needs 'compute=' and one value, got "compute"/],
    ['mixed_float16,', /a part in a policy must be one of/],
    ['compute=', /needs 'compute=' and one value/],
    ['compute=float16=float32', /needs 'compute=' and one value/],
    ['compute=float16,c=float16', /gives compute twice, got "c=float16"/],
    ['mixed_float16,output=float16', /adds a format to a name, which has all three/],
    ['mixed_float16,deny=Tanh,allow=Tanh', /a kernel can have one class, got deny and allow for 'Tanh'/],
  ])('%j is refused with what was meant', (spec, message) => {
    expect(() => policy(spec)).toThrow(RangeError);
    expect(() => policy(spec)).toThrow(message);
    expect(() => policy(spec)).toThrow(/^\[policy\] /);
  });
});

describe('a policy object', () => {
  test('that was made here is returned as it is', () => {
    const made = withOps(policy('mixed_float16'), { deny: ['Tanh'] });
    expect(policy(made)).toBe(made);
  });

  test('comes back from JSON as an equal policy', () => {
    const made = withOps(policy('c=f16,o=f32'), { deny: ['Tanh'], allow: ['custom:Mine'] });
    expect(policy(JSON.parse(JSON.stringify(made)) as Policy)).toEqual(made);
  });

  test('is named by its formats, whatever it calls itself', () => {
    expect(policy({ ...policy('mixed_float16'), param: 'float16', output: 'float16' }).name).toBe('float16');
  });

  test.each([[undefined], [null], [16], [true], [['mixed_float16']]])('that is %j is a TypeError', (spec) => {
    expect(() => policy(asPolicy(spec))).toThrow(TypeError);
    expect(() => policy(asPolicy(spec))).toThrow(
      /a policy must be a string or a policy object, got .* Write for example policy\('mixed_float16'\)/,
    );
  });

  test('with a wrong format is refused', () => {
    expect(() => policy(asPolicy({ param: 'float32', compute: 'float61', output: 'float32' }))).toThrow(
      /compute of a policy .* Did you mean 'float16'\?/,
    );
    expect(() => policy(asPolicy({ param: 'float32', compute: 'float61', output: 'float32' }))).toThrow(RangeError);
    expect(() => policy(asPolicy({ param: 'float32' }))).toThrow(/compute of a policy .* got undefined\. Start from policy/);
    expect(() => policy(asPolicy({ param: 'float32' }))).toThrow(TypeError);
  });

  test('with wrong overrides is refused', () => {
    const base = policy('mixed_float16');
    expect(() => policy(asPolicy({ ...base, ops: [] }))).toThrow(/ops of a policy must be an object .* Use withOps/);
    expect(() => policy(asPolicy({ ...base, ops: { Tanh: 'never' } }))).toThrow(
      /the class of 'Tanh' must be one of allow, deny, .* got "never"/,
    );
    expect(() => policy(asPolicy({ ...base, ops: { Tanh: 'n/a' } }))).toThrow(RangeError);
    expect(() => policy(asPolicy({ ...base, ops: { Tahn: 'deny' } }))).toThrow(/Did you mean 'Tanh'\?/);
    expect(() =>
      policy(JSON.parse('{"param":"float32","compute":"float16","output":"float32","ops":{"__proto__":"deny"}}') as Policy),
    ).toThrow(/no kernel of tfjs/);
  });

  test('without overrides has none', () => {
    expect(policy(asPolicy({ param: 'float32', compute: 'float16', output: 'float32' }))).toEqual(policy('mixed_float16'));
  });
});

test('a policy is frozen, its overrides included', () => {
  const made = policy('mixed_float16,deny=Tanh');
  expect(Object.isFrozen(made)).toBe(true);
  expect(Object.isFrozen(made.ops)).toBe(true);
});

test('a policy is written by its name where it has one, with its overrides in one order', () => {
  expect(formatPolicy(policy('p=f32,c=f16,o=f32'))).toBe('mixed_float16');
  expect(formatPolicy(policy('o=f16,c=bf16'))).toBe('param=float32,compute=bfloat16,output=float16');
  expect(formatPolicy(policy('mixed_float16,pass=Exp,deny=Tanh+Sigmoid'))).toBe('mixed_float16,deny=Sigmoid+Tanh,pass=Exp');
  expect(() => formatPolicy(asPolicy(7))).toThrow(TypeError);
});
