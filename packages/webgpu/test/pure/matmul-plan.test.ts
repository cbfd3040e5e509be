import { describe, expect, it } from 'vitest';
import type { AdapterClass, BuildContext, DeviceTraits } from '../../src/kernels/kernel-source.ts';
import { batchSteps, specOf } from '../../src/kernels/matmul/kernel-funcs.ts';
import type { MatmulSpec } from '../../src/kernels/matmul/matmul-spec.ts';
import { shapeOf, specKey } from '../../src/kernels/matmul/matmul-spec.ts';
import { matmulRecipe, matmulSource, tileFor } from '../../src/kernels/matmul/recipe.ts';
import { splitMatmulRecipes, splitsFor } from '../../src/kernels/matmul/split-matmul.ts';
import { matmulTable } from '../../src/kernels/tile-table.ts';

const CLASSES = Object.keys(matmulTable) as AdapterClass[];
const spec = (m: number, n: number, k: number, more: Partial<MatmulSpec> = {}): MatmulSpec => ({
  batchA: 1,
  batchB: 1,
  m,
  n,
  k,
  transposeA: false,
  transposeB: false,
  ...more,
});
const device = (adapterClass: AdapterClass, more: Partial<DeviceTraits> = {}): DeviceTraits => ({
  shaderF16: true,
  adapterClass,
  fastMaths: false,
  maxStorageBuffers: 8,
  maxWorkgroupBytes: 16384,
  maxInvocations: 256,
  ...more,
});
const context = (s: MatmulSpec, traits: DeviceTraits, storage: 'float16' | 'float32' = 'float32'): BuildContext => ({
  device: traits,
  inputs: [
    { size: s.batchA * s.m * s.k, storage },
    { size: s.batchB * s.n * s.k, storage },
  ],
  outputs: [{ size: s.m * s.n, storage }],
});
const tensor = (shape: number[], dtype: 'float32' | 'int32' = 'float32') => ({ dataId: {}, shape, dtype });

const SHAPES = {
  deep: spec(64, 10, 2704),
  oneColumn: spec(300, 1, 20),
  oneRow: spec(1, 1000, 200),
  fewColumns: spec(2704, 10, 64),
  fewRows: spec(3, 1000, 200),
  small: spec(64, 64, 64),
  large: spec(512, 512, 512),
} as const;

describe('the table of tiles', () => {
  it.each(Object.entries(SHAPES))('knows the shape %s', (name, s) => {
    expect(shapeOf(s)).toBe(name);
  });

  it.each(CLASSES)('keeps the least limits of WebGPU in the row %s', (adapterClass) => {
    for (const s of Object.values(SHAPES)) {
      const { workgroupSize, declarations = '' } = matmulSource(
        { spec: s, tile: tileFor(s, { device: device(adapterClass) }), splits: 1 },
        context(s, device(adapterClass)),
      );
      const bytes = [...declarations.matchAll(/array<(vec4<f32>|f32), (\d+)>/g)].map(
        ([, type, count]) => (type === 'f32' ? 4 : 16) * Number(count),
      );
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(16384);
      expect(workgroupSize[0] * workgroupSize[1] * workgroupSize[2]).toBeLessThanOrEqual(256);
    }
  });

  it('gives up slices of k on a device with few invocations', () => {
    expect(tileFor(SHAPES.deep, { device: device('discrete', { maxInvocations: 128 }) }).workgroup).toEqual([4, 4, 1]);
  });

  it('keeps tiles in f16 where operands are, and the row says so', () => {
    const source = (adapterClass: AdapterClass, storage: 'float16' | 'float32') =>
      matmulRecipe(SHAPES.large).build(context(SHAPES.large, device(adapterClass), storage));
    expect(source('discrete', 'float16')).toMatchObject({ enables: ['f16'] });
    expect(source('discrete', 'float16').declarations).toContain('tileA : array<vec4<f16>');
    for (const other of [source('discrete', 'float32'), source('unknown', 'float16')])
      expect(other.declarations).toContain('tileA : array<vec4<f32>');
  });
});

describe('splitting k', () => {
  it('is for a long k and few outputs, and never for a short one', () => {
    expect(splitsFor(spec(64, 10, 2704), 'discrete')).toBe(5);
    expect(splitsFor(spec(64, 10, 2000), 'discrete')).toBe(1);
    expect(splitsFor(spec(1024, 1024, 8192), 'discrete')).toBe(1);
    expect(splitsFor(spec(64, 10, 2704), 'cpu')).toBe(1);
  });

  it.each(CLASSES)('bounds the partial sums in the row %s', (adapterClass) => {
    const { belowOutputs } = matmulTable[adapterClass].split;
    for (const [m, n] of [
      [1, 1],
      [31, 31],
      [16, belowOutputs / 16 - 1],
      [64, 65],
    ] as const) {
      const s = spec(m, n, 10_000_000);
      expect(4 * m * n * splitsFor(s, adapterClass)).toBeLessThanOrEqual(8 * 1024 * 1024);
    }
  });

  it('covers all of k', () => {
    const { partials } = splitMatmulRecipes(spec(8, 8, 5000), 7);
    const { params = [] } = partials.build(context(spec(8, 8, 5000), device('discrete')));
    const each = params.find(({ name }) => name === 'depthEach')?.value ?? 0;
    expect(7 * 16 * each).toBeGreaterThanOrEqual(5000);
  });
});

describe('the key of a product', () => {
  it('differs wherever the source may', () => {
    const variants: Partial<MatmulSpec>[] = [
      {},
      { m: 2 },
      { transposeA: true },
      { transposeB: true },
      { bias: true },
      { activation: 'relu' },
      { activation: 'leakyrelu' },
      { activation: 'leakyrelu', leak: 0.5 },
      { activation: 'prelu' },
      { activation: 'prelu', slopes: 'one' },
      { fast: true },
      { batchA: 2 },
      { batchB: 2 },
      { batchA: 2, repeatA: 2, batch: 4 },
    ];
    const keys = variants.map((more) => specKey(spec(3, 5, 7, more)));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what tfjs asks for', () => {
  const plain = { transposeA: false, transposeB: false };

  it('becomes one product', () => {
    const found = specOf({ a: tensor([4, 2, 3]), b: tensor([5, 3]) }, { transposeA: false, transposeB: true });
    expect(found).toMatchObject({ shape: [4, 2, 5], spec: { batch: 4, batchA: 4, batchB: 1, m: 2, n: 5, k: 3, activation: 'linear' } });
  });

  it('is left to tfjs where it is not covered', () => {
    const [a, b] = [tensor([2, 3]), tensor([3, 5])];
    const activation = { ...plain, activation: 'prelu' };
    expect(specOf({ a: tensor([2, 3], 'int32'), b }, plain)).toBeNull();
    expect(specOf({ a: tensor([0, 3]), b }, plain)).toBeNull();
    expect(specOf({ a, b: tensor([4, 5]) }, plain)).toBeNull();
    expect(specOf({ a, b, bias: tensor([2, 1]) }, plain)).toBeNull();
    expect(specOf({ a, b }, { ...plain, activation: 'tanh' })).toBeNull();
    expect(specOf({ a, b }, activation)).toBeNull();
    expect(specOf({ a, b, slopes: tensor([2, 5]) }, activation)).toBeNull();
  });

  it('takes slopes for each column or one for all', () => {
    const given = { a: tensor([2, 3]), b: tensor([3, 5]) };
    expect(specOf({ ...given, slopes: tensor([5]) }, { ...plain, activation: 'prelu' })?.spec.slopes).toBe('column');
    expect(specOf({ ...given, slopes: tensor([1]) }, { ...plain, activation: 'prelu' })?.spec.slopes).toBe('one');
  });

  it.each([
    [[], [], { matrices: 1, repeat: 1 }],
    [[2, 3], [2, 3], { matrices: 6, repeat: 1 }],
    [[3], [2, 3], { matrices: 3, repeat: 1 }],
    [[2, 1], [2, 3], { matrices: 2, repeat: 3 }],
    [[1, 3, 1], [2, 3, 4], { matrices: 3, repeat: 4 }],
    [[2, 1, 4], [2, 3, 4], null],
  ] as const)('counts the batch %j through %j', (own, outer, expected) => {
    expect(batchSteps(own, outer)).toEqual(expected);
  });
});
