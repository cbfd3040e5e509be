import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClassWord, OpOverrides, Policy, Precision } from '../../src/index.ts';
import { formatPolicy, kernelClass, kernelTable, policy, withOps } from '../../src/index.ts';

const runs = { seed: 20260101, numRuns: 500 };
const precision = fc.constantFrom<Precision>('float32', 'float16', 'bfloat16');
const words: readonly ClassWord[] = ['allow', 'deny', 'f32Inner', 'promote', 'pass'];
const custom = fc
  .string({ minLength: 1, maxLength: 12 })
  .filter((name) => !/[\s,=+]/.test(name) && !Object.hasOwn(kernelTable, name))
  .map((name) => `custom:${name}`);
const kernel = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...Object.keys(kernelTable)) }, { weight: 1, arbitrary: custom });

const overrides: fc.Arbitrary<OpOverrides> = fc
  .uniqueArray(fc.tuple(kernel, fc.constantFrom(...words)), { selector: ([name]) => name, maxLength: 12 })
  .map((pairs) => Object.fromEntries(words.map((word) => [word, pairs.filter(([, chosen]) => chosen === word).map(([name]) => name)])));

const anyPolicy: fc.Arbitrary<Policy> = fc
  .tuple(precision, precision, precision, overrides)
  .map(([param, compute, output, ops]) => withOps(policy(`param=${param},compute=${compute},output=${output}`), ops));

describe('for any policy', () => {
  test('its string reads back as an equal policy, overrides included', () => {
    fc.assert(
      fc.property(anyPolicy, (made) => {
        expect(policy(formatPolicy(made))).toEqual(made);
        expect(formatPolicy(policy(formatPolicy(made)))).toBe(formatPolicy(made));
      }),
      runs,
    );
  });

  test('its JSON reads back as an equal policy', () => {
    fc.assert(
      fc.property(anyPolicy, (made) => {
        expect(policy(JSON.parse(JSON.stringify(made)) as Policy)).toEqual(made);
      }),
      runs,
    );
  });

  test('two policies are equal exactly where their strings are', () => {
    fc.assert(
      fc.property(anyPolicy, anyPolicy, (one, other) => {
        expect(formatPolicy(one) === formatPolicy(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      runs,
    );
  });

  test('each kernel has the class of its override, else that of its row', () => {
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom(...Object.keys(kernelTable)), (made, name) => {
        if (made.compute === 'float32') return;
        expect(kernelClass(made, name).opClass).toBe(made.ops[name] ?? kernelTable[name]![made.compute]);
      }),
      runs,
    );
  });

  test('one letter that is dropped from a known word is found again', () => {
    const known = ['mixed_float16', 'mixed_bfloat16', 'bfloat16'];
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.nat(), (word, at) => {
        const typo = word.slice(0, at % word.length) + word.slice((at % word.length) + 1);
        fc.pre(!known.includes(typo) && typo !== 'float16');
        expect(() => policy(typo)).toThrow(`Did you mean '${word}'?`);
      }),
      runs,
    );
  });
});

test('any string is either read or refused with a message of our own', () => {
  const near = fc.constantFrom(
    'mixed_float16',
    'param',
    'compute',
    'c',
    'deny',
    'Tanh',
    'f16',
    'float32',
    '=',
    ',',
    '+',
    ' ',
    'custom:',
    '',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(near, { maxLength: 8 }).map((parts) => parts.join('')),
      ),
      (spec) => {
        try {
          expect(policy(formatPolicy(policy(spec)))).toEqual(policy(spec));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^\[policy\] /);
        }
      },
    ),
    runs,
  );
});
