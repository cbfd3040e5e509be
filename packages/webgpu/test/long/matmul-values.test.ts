import { describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import type { AdapterClass } from '../../src/kernels/kernel-source.ts';
import type { PortCodec } from '../../src/kernels/assemble.ts';
import type { MatmulActivation, MatmulSpec } from '../../src/kernels/matmul/matmul-spec.ts';
import { batchOf, outputsOf } from '../../src/kernels/matmul/matmul-spec.ts';
import { matmulRecipe } from '../../src/kernels/matmul/recipe.ts';
import { splitMatmulRecipes } from '../../src/kernels/matmul/split-matmul.ts';
import { runRecipe, STORAGES } from '../gpu/kernel-harness.ts';
import { misses, numbers, referenceMatmul } from '../gpu/matmul-reference.ts';

const ACTIVATIONS: readonly MatmulActivation[] = ['linear', 'relu', 'relu6', 'elu', 'prelu', 'leakyrelu', 'sigmoid'];

interface Run {
  readonly spec: MatmulSpec;
  readonly codec: PortCodec;
  readonly adapterClass?: AdapterClass;
  readonly splits?: number;
  readonly scale?: number;
  readonly seed?: number;
}

function operandsOf({ spec, codec, scale = 1, seed = 1 }: Run) {
  const { batchA, batchB, m, n, k, bias, activation, slopes } = spec;
  return {
    a: numbers(batchA * m * k, seed, codec, scale),
    b: numbers(batchB * n * k, seed + 1, codec, scale),
    bias: bias === true ? numbers(n, seed + 2, codec, scale) : undefined,
    slopes: activation === 'prelu' ? numbers(slopes === 'one' ? 1 : n, seed + 3, codec, 2) : undefined,
  };
}

type Operands = ReturnType<typeof operandsOf>;

async function product(run: Run, operands: Operands): Promise<Float32Array> {
  const { spec, codec, splits = 1, adapterClass = 'cpu' } = run;
  const given = (values: readonly (Float32Array<ArrayBuffer> | undefined)[]) =>
    values.filter((value) => value !== undefined).map((value) => ({ values: value, codec }));
  const { a, b, bias, slopes } = operands;
  const output = { size: outputsOf(spec), codec };
  if (splits === 1) {
    const [result] = await runRecipe({ recipe: matmulRecipe(spec), inputs: given([a, b, bias, slopes]), outputs: [output], adapterClass });
    return result as Float32Array;
  }
  const { partials, sum } = splitMatmulRecipes(spec, splits);
  const [parts] = await runRecipe({ recipe: partials, inputs: given([a, b]), outputs: [{ size: outputsOf(spec) * splits }], adapterClass });
  const [result] = await runRecipe({
    recipe: sum,
    inputs: [{ values: parts as Float32Array<ArrayBuffer> }, ...given([bias, slopes])],
    outputs: [output],
    adapterClass,
  });
  return result as Float32Array;
}

async function check(run: Run): Promise<void> {
  const operands = operandsOf(run);
  const actual = await product(run, operands);
  expect(misses(actual, referenceMatmul(run.spec, operands), run.codec, run.spec.k)).toEqual([]);
}

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

/** Sizes that are 1, prime, just beside a tile, or multiples of four. */
const SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 31, 32, 33, 40, 64, 67] as const;

function seededSpecs(count: number): MatmulSpec[] {
  const draw = numbers(count * 10, 42, null);
  return Array.from({ length: count }, (_, i) => {
    const at = (slot: number, choices: number): number => Math.floor((((draw[i * 10 + slot] as number) + 1) / 2) * choices);
    const size = (slot: number): number => SIZES[at(slot, SIZES.length)] as number;
    const batch = [1, 1, 2, 3][at(3, 4)] as number;
    const broadcast = at(4, 3);
    return spec(size(0), size(1), size(2), {
      batchA: broadcast === 1 ? 1 : batch,
      batchB: broadcast === 2 ? 1 : batch,
      transposeA: (i & 1) === 1,
      transposeB: (i & 2) === 2,
      bias: at(5, 2) === 1,
      activation: ACTIVATIONS[i % ACTIVATIONS.length] as MatmulActivation,
      slopes: at(6, 2) === 1 ? 'one' : 'column',
      leak: 0.1,
    });
  });
}

const named = (s: MatmulSpec): string =>
  `${batchOf(s)}x${s.m}x${s.n}x${s.k}${s.transposeA ? ' aT' : ''}${s.transposeB ? ' bT' : ''}${s.bias === true ? ' bias' : ''} ${s.activation ?? ''}`;

describe('a matrix product on a CPU driver', () => {
  const halves = STORAGES.filter((codec) => codec !== null);
  it.each(seededSpecs(25).map((s, i) => [named(s), s, halves[i % 3] as PortCodec] as const))(
    'is within float32 rounding of float64, also in half: %s',
    async (_name, s, half) => {
      for (const codec of [null, half]) await check({ spec: s, codec });
    },
  );
  it('is in every storage, for one product', async () => {
    for (const codec of STORAGES) await check({ spec: spec(11, 12, 8, { bias: true, transposeB: true }), codec });
  });

  it('takes operands and output in storages of their own', async () => {
    const s = spec(9, 12, 20);
    const [a, b] = [numbers(9 * 20, 1, 'bfloat16'), numbers(12 * 20, 2, 'f16')];
    const [result] = await runRecipe({
      recipe: matmulRecipe(s),
      inputs: [
        { values: a, codec: 'bfloat16' },
        { values: b, codec: 'f16' },
      ],
      outputs: [{ size: 9 * 12 }],
    });
    expect(misses(result as Float32Array, referenceMatmul(s, { a, b }), null, 20)).toEqual([]);
  });

  it('takes batches that are repeated or broadcast in the middle', async () => {
    const s = spec(3, 4, 5, { batch: 6, batchA: 2, repeatA: 3, batchB: 3 });
    await check({ spec: s, codec: 'f16' });
  });
});

describe('a matrix product on a GPU', () => {
  const shapes = [
    spec(70, 68, 36, { transposeA: true, bias: true, activation: 'relu' }),
    spec(130, 129, 35, { transposeB: true, bias: true }),
    spec(128, 132, 33, { transposeA: true, transposeB: true, batchA: 2 }),
    spec(7, 8, 1028, { transposeB: true, bias: true, activation: 'sigmoid' }),
    spec(37, 1, 53),
    spec(1, 40, 70, { transposeB: true }),
    spec(33, 10, 44, { activation: 'prelu' }),
    spec(3, 130, 21, { transposeA: true }),
  ];
  it.each(shapes.map((s) => [named(s), s] as const))('is right with workgroup tiles and slices of k: %s', async (_name, s) => {
    // the two storages take turns: pipelines of large tiles are slow to build on a CPU driver
    await check({ spec: s, codec: shapes.indexOf(s) % 2 === 0 ? 'f16' : null, adapterClass: 'discrete' });
  });

  it.each([
    ['mobile', spec(40, 36, 40), 'packed-f16'],
    ['integrated', spec(129, 132, 37, { transposeA: true }), 'f16'],
    ['unknown', spec(129, 132, 37, { transposeB: true }), 'bfloat16'],
  ] as const)('is right with the tiles of the row %s', async (adapterClass, s, codec) => {
    await check({ spec: s, codec, adapterClass });
  });
});

describe('a product whose k is split', () => {
  it.each([
    ['linear', spec(6, 10, 301, { transposeA: true }), null],
    ['with bias and activation', spec(5, 8, 516, { bias: true, activation: 'prelu' }), 'f16'],
    ['of a batch', spec(3, 7, 128, { batchA: 2, batchB: 2, bias: true, activation: 'leakyrelu' }), 'packed-f16'],
  ] as const)('is right and the same in every run: %s', async (_name, s, codec) => {
    for (const adapterClass of ['cpu', 'discrete'] as const) {
      const run: Run = { spec: s, codec, splits: 3, adapterClass };
      const operands = operandsOf(run);
      const first = await product(run, operands);
      expect(misses(first, referenceMatmul(s, operands), codec, s.k)).toEqual([]);
      expect(await product(run, operands)).toBeBitEqual(first);
    }
  });
});

describe('what is not finite', () => {
  it('comes out as infinity beyond the largest half, of the right sign', async () => {
    const s = spec(9, 8, 12);
    const run: Run = { spec: s, codec: 'f16', scale: 400 };
    const operands = operandsOf(run);
    const actual = await product(run, operands);
    expect([...actual].filter((value) => !Number.isFinite(value)).length).toBeGreaterThan(10);
    expect(misses(actual, referenceMatmul(s, operands), 'f16', 12)).toEqual([]);
  });

  it.each([
    ['cpu', spec(9, 8, 12, { transposeB: true })],
    ['cpu', spec(5, 6, 7)],
    ['discrete', spec(33, 36, 18)],
  ] as const)('stays in its own row and column (%s, %o)', async (adapterClass, s) => {
    for (const activation of ACTIVATIONS.filter((name) => name !== 'prelu')) {
      if (s.n !== 8 && activation !== 'relu') continue;
      const run: Run = { spec: { ...s, activation }, codec: 'f16', adapterClass };
      const operands = operandsOf(run);
      const [row, column] = [s.m - 1, s.n - 1];
      operands.a[s.transposeA ? row : row * s.k] = NaN;
      operands.b[s.transposeB ? column * s.k + 1 : s.n + column] = Infinity;
      const actual = await product(run, operands);
      const bad = [...actual].flatMap((value, i) => (Number.isFinite(value) ? [] : [i]));
      const isClean = (i: number): boolean => Math.floor(i / s.n) !== row && i % s.n !== column;
      expect(bad.filter(isClean)).toEqual([]);
      expect([...actual.subarray(row * s.n)].every(Number.isNaN), activation).toBe(true);
    }
  });
});

describe('fast products', () => {
  it('are made in float16 within a few steps of k, and off by no more than that', async () => {
    for (const adapterClass of ['cpu', 'discrete'] as const) {
      const s = spec(36, 40, 64, { fast: true, transposeB: true });
      const run: Run = { spec: s, codec: 'f16', adapterClass };
      const operands = operandsOf(run);
      const actual = await product(run, operands);
      const { values, magnitudes } = referenceMatmul(s, operands);
      const relative = [...values].map((value, i) => Math.abs((actual[i] as number) - value) / (magnitudes[i] as number));
      expect(Math.max(...relative)).toBeLessThan(5 * 2 ** -11);
      expect(misses(actual, { values, magnitudes }, 'f16', s.k), 'it really is another computation').not.toEqual([]);
    }
  });

  it('are ordinary ones for other storages', async () => {
    for (const codec of ['bfloat16', null] as const) await check({ spec: spec(20, 12, 24, { fast: true }), codec });
  });
});
