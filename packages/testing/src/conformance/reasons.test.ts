import { describe, expect, it } from 'vitest';
import { reasonFor } from './reasons.ts';

const differ = (actual: string, expected: string): string => `Error: Arrays differ: actual[3] = ${actual}, expected[3] = ${expected}.`;

describe('reasonFor', () => {
  it('calls a difference rounding only where it is small in the format', () => {
    expect(reasonFor('matmul', differ('264', '265'), 'bfloat16')).toBe('rounding');
    expect(reasonFor('matmul', differ('264', '265'), 'f16')).toBe('rounding');
    expect(reasonFor('matmul', differ('260', '265'), 'f16')).toBe('unexplained');
    expect(reasonFor('conv2dTranspose', differ('-296', '-296.812842311155'), 'bfloat16')).toBe('rounding');
    expect(reasonFor('loss', 'Error: Numbers differ: actual === 27.5, expected === 27.6', 'bfloat16')).toBe('rounding');
  });

  it.each([
    ['a wrong value', differ('0', '255')],
    ['NaN', differ('NaN', '1')],
    ['an infinity', differ('Infinity', '65504')],
    ['a wrong sign', differ('-1', '1')],
    ['something for nothing', differ('0.5', '0')],
    ['another kind of failure', "Error: Kernel 'Unique' not registered for backend 'halftone-webgpu'"],
  ])('leaves %s to a person', (_name, message) => {
    expect(reasonFor('matmul', message, 'bfloat16')).toBe('unexplained');
  });

  it('knows the specs that were looked into, in half only', () => {
    expect(reasonFor('threshold method otsu', differ('0', '255'), 'bfloat16')).toBe('tie');
    expect(reasonFor('threshold method otsu', differ('0', '255'), 'float32')).toBe('unexplained');
  });
});
