import { describe, expect, it } from 'vitest';
import { convertValue, mapOps } from '../../src/graph/map-ops/index.ts';
import { elementwiseKernels } from '../../src/kernels/elementwise/elementwise-kernels.ts';
import type { KernelParams } from '../../src/kernels/elementwise/own-kernel.ts';

const rows = Object.entries(mapOps);

describe('the table of elementwise ops', () => {
  it.each(rows)('%s brings the functions that it calls, in both widths', (_, row) => {
    const names = row.args.map((_arg, k) => `x${k}`);
    for (const width of [1, 4] as const) {
      const functions = row.functions?.(width) ?? {};
      const text = row.code(names, width) + Object.values(functions).join('\n');
      const called = new Set(text.match(/\bop[A-Z]\w*/g) ?? []);
      expect([...called].sort()).toEqual(Object.keys(functions).sort());
      for (const name of Object.keys(functions)) expect(name.endsWith('4')).toBe(width === 4);
    }
  });
  it.each(rows)('%s uses every argument', (_, row) => {
    const names = row.args.map((_arg, k) => `x${k}`);
    for (const name of names) expect(row.code(names, 1)).toContain(name);
  });
  it('has functions of one name only with one text', () => {
    const texts = new Map<string, string>();
    for (const [, row] of rows) {
      for (const [name, text] of Object.entries({ ...row.functions?.(1), ...row.functions?.(4) })) {
        expect(texts.get(name) ?? text).toBe(text);
        texts.set(name, text);
      }
    }
    expect(texts.size).toBeGreaterThan(10);
  });
  it('never tests for NaN by comparing a number with itself', () => {
    for (const [, row] of rows) {
      const names = row.args.map((_arg, k) => `x${k}`);
      expect(row.code(names, 1)).not.toMatch(/\b(\w+) (?:!=|==) \1\b/);
    }
  });
});

describe('convertValue', () => {
  it.each([
    ['f', 'f', 'x'],
    ['b', 'f', 'f32(x)'],
    ['f', 'i', 'i32(x)'],
    ['i', 'b', '(x != 0)'],
    ['f', 'b', '((bitcast<u32>(x) & 0x7fffffffu) != 0u)'],
  ] as const)('from %s to %s is %s', (from, to, text) => {
    expect(convertValue('x', from, to, 1)).toBe(text);
  });
});

describe('elementwise kernels', () => {
  const kernels = elementwiseKernels(() => () => ({ dataId: {}, shape: [], dtype: 'string' }));
  it('are each there once', () => {
    const names = kernels.map(({ kernelName }) => kernelName);
    expect(names.length).toBe(new Set(names).size);
  });
  it.each(kernels)('$kernelName leaves strings to tfjs', ({ kernelFunc }) => {
    const text = { dataId: {}, shape: [1], dtype: 'string' as const };
    const inputs = {
      x: text,
      a: text,
      b: text,
      dy: text,
      y: text,
      condition: text,
      t: text,
      e: text,
      mean: text,
      variance: text,
      alpha: text,
      0: text,
      1: text,
    };
    const params = { inputs, attrs: { dtype: 'string', shape: [1], value: 'a' }, backend: {} } as unknown as KernelParams;
    expect(kernelFunc(params)).toMatchObject({ dtype: 'string' });
  });
});
