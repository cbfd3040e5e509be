import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitArguments, byteCount } from '../../src/fit/fit-arguments.ts';
import { fitRatios, type FitResult, type FitRow } from '../../src/fit/fit-result.ts';
import { fitChart, fitLines, fitTable } from '../../src/fit/fit-table.ts';
import { largestThatFits, type SizeProbe } from '../../src/fit/search.ts';

/** A probe of work that takes some bytes at each size; `stopped`: what does not fit does not tell what it took. */
function probing(
  bytes: (size: number) => number,
  budget: number,
  { stopped }: { readonly stopped: boolean },
): { readonly tried: number[]; readonly probe: (size: number) => Promise<SizeProbe> } {
  const tried: number[] = [];
  return {
    tried,
    probe: async (size) => {
      tried.push(size);
      const fits = bytes(size) <= budget;
      return { size, fits, peakBytes: fits || !stopped ? bytes(size) : null };
    },
  };
}

describe('the search for the largest size', () => {
  test('is exact for whatever grows, and tries no size twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2000),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(0.7, 1, 1.3, 2),
        fc.boolean(),
        fc.constantFrom(7, 500, 60_000),
        async (fixed, each, power, stopped, max) => {
          const bytes = (size: number): number => fixed + each * size ** power;
          const budget = 20_000;
          const { tried, probe } = probing(bytes, budget, { stopped });
          const { best, next } = await largestThatFits(probe, { budget, max });
          const largest = best?.size ?? 0;
          if (largest > 0) expect(bytes(largest)).toBeLessThanOrEqual(budget);
          if (largest < max) expect(bytes(largest + 1)).toBeGreaterThan(budget);
          expect(next?.size ?? max + 1).toBe(largest + 1);
          expect(new Set(tried).size).toBe(tried.length);
          expect(tried.length).toBeLessThan(30);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  test('takes few probes where bytes grow in a line', async () => {
    const { tried, probe } = probing((size) => 400 + 80.3 * size, 10_000, { stopped: true });
    expect((await largestThatFits(probe, { budget: 10_000, max: 65_536 })).best?.size).toBe(119);
    expect(tried).toEqual([1, 2, 32, 119, 120]);
  });

  test('says that nothing fits', async () => {
    const { probe } = probing(() => 2, 1, { stopped: true });
    expect(await largestThatFits(probe, { budget: 1, max: 9 })).toMatchObject({ best: null, next: { size: 1 } });
  });
});

describe('fit', () => {
  test('searches batch and depth of three models with three contestants under 512 MiB unless told otherwise', () => {
    const wanted = fitArguments([]);
    expect(wanted.budget).toBe(512 * 2 ** 20);
    expect(wanted.contestants).toEqual(['stock', 'float32', 'mixed_float16']);
    expect(wanted.searches.map(({ model, dimension }) => `${model} ${dimension}`)).toEqual([
      'unet batch',
      'unet depth',
      'transformer batch',
      'transformer depth',
      'resnet50 batch',
    ]);
  });

  test('takes what is given', () => {
    const wanted = fitArguments(
      '--budget 1.5GiB --model mlp,unet --what batch --with mixed_bfloat16,float32 --count-only --json --batch 3'.split(' '),
    );
    expect(wanted).toMatchObject({
      budget: 1.5 * 2 ** 30,
      contestants: ['float32', 'mixed_bfloat16'],
      countOnly: true,
      json: true,
      batch: 3,
    });
    expect(wanted.searches).toEqual([
      { model: 'mlp', dimension: 'batch' },
      { model: 'unet', dimension: 'batch' },
    ]);
  });

  test.each([
    ['--budget lots', /--budget must be a number of bytes, got lots\. Write for example --budget 512MiB\.$/],
    ['--budget 0', /--budget must be a number of bytes, got 0\./],
    ['--budget 5constructor', /--budget must be a number of bytes, got 5constructor\./],
    ['--model alexnet', /--model must be one of cnn, .*, got alexnet\./],
    ['--with jax-float32', /--with must be one of stock, float32, mixed_float16, mixed_bfloat16, got jax-float32\./],
    ['--model cnn --what depth', /--what depth needs a model of repeated blocks, got cnn\. Use --model unet or transformer\.$/],
  ])('%s', (line, message) => {
    expect(() => fitArguments(line.split(' '))).toThrow(message);
  });

  test('bytes are read with their unit', () => {
    expect(['512MiB', '2 GiB', '600000000', '1kB', '3B'].map((text) => byteCount('budget', text))).toEqual([
      2 ** 29,
      2 ** 31,
      6e8,
      1000,
      3,
    ]);
  });
});

describe('what fit tells', () => {
  const row = (contestant: FitRow['contestant'], largest: number): FitRow => ({
    model: 'unet',
    dimension: 'batch',
    contestant,
    largest,
    batch: null,
    depth: 3,
    size: 128,
    peakBytes: largest === 0 ? null : 500 * 2 ** 20,
    heldBy: contestant === 'stock' ? 'meter' : 'plug-in',
    limit: `batch ${largest + 1} does not fit: it takes 513 MiB.`,
    losses: contestant === 'mixed_float16' ? [0.7, null] : null,
    probes: [],
  });
  const rows = [row('stock', 0), row('float32', 25), row('mixed_float16', 50)];
  const result = { kind: 'fit', budgetBytes: 2 ** 29, countOnly: true, rows, ratios: fitRatios(rows), machine: {} } as unknown as FitResult;

  test('ratios of mixed over the others, none where the other trains nothing', () => {
    expect(fitRatios(rows).map(({ over, ratio }) => [over, ratio])).toEqual([
      ['stock', null],
      ['float32', 2],
    ]);
  });

  test('a table and a line for each', () => {
    expect(fitTable(result)).toEqual({
      head: ['under 512 MiB', 'largest', 'peak there', 'over float32', 'over stock', 'held by'],
      rows: [
        ['unet 128, batch: stock', '0', '-', '0.00x', '-', 'meter'],
        ['unet 128, batch: float32', '25', '500 MiB', '-', '-', 'plug-in'],
        ['unet 128, batch: mixed_float16', '50', '500 MiB', '2.00x', '-', 'plug-in'],
      ],
    });
    expect(fitLines(result).at(-1)).toBe(
      'unet 128, batch, mixed_float16: batch 51 does not fit: it takes 513 MiB. Trained there: losses 0.7000, NaN.',
    );
  });

  test('a plot', () => {
    expect(fitChart(result)).toMatch(/^<svg .*mixed_float16.*<\/svg>$/s);
  });
});
