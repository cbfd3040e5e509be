import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curveSpecs, NUDGE } from '../../src/curves/all-curves.ts';
import { curvePage } from '../../src/curves/curve-chart.ts';
import { CURVE_MODELS, CURVE_POLICIES } from '../../src/curves/curve-spec.ts';
import { curveTable } from '../../src/curves/curve-table.ts';
import { idxBytes } from '../../src/curves/digits.ts';
import { readGreyPng } from '../../src/curves/grey-png.ts';
import { judgeCurves, type CurveRun } from '../../src/curves/judge-curves.ts';
import { characterIds } from '../../src/curves/shakespeare.ts';
import { batchIndices } from '../../src/curves/shuffled.ts';

const falling = (end: number): number[] => Array.from({ length: 60 }, (_, i) => (i < 40 ? 2 : end));
const run = (changes: Partial<CurveRun> = {}): CurveRun => ({
  model: 'cnn',
  policy: 'float32',
  seed: 1,
  nudge: 0,
  losses: falling(1),
  heldOutLoss: 1,
  skipped: 0,
  scale: null,
  codec: 'f16',
  device: 'one',
  seconds: 1,
  ...changes,
});
const mixed = (changes: Partial<CurveRun>): CurveRun => run({ policy: 'mixed_float16', ...changes });
const passes = (runs: readonly CurveRun[]): boolean[] => judgeCurves(runs, 'short').map(({ passed }) => passed);

describe('judgeCurves', () => {
  test('passes a training that ends within 2 % of float32 and fails one further away, on either side', () => {
    expect(passes([run(), mixed({ losses: falling(1.019) })])).toEqual([true, true]);
    expect(passes([run(), mixed({ losses: falling(1.021) })])).toEqual([true, false]);
    expect(passes([run(), mixed({ losses: falling(0.979) })])).toEqual([true, false]);
    expect(passes([run(), mixed({ heldOutLoss: 1.021 })])).toEqual([true, false]);
  });

  test('takes the mean of the last steps and not the last step', () => {
    const losses = falling(1);
    losses[59] = 1.2; // one of twenty
    const [, verdict] = judgeCurves([run(), mixed({ losses })], 'short');
    expect(verdict?.final).toBeCloseTo(1.01, 10);
    expect(verdict?.finalGap).toBeCloseTo(0.01, 10);
  });

  test('fails what is not finite, has not learned, or has no yardstick of its seed', () => {
    expect(passes([run(), mixed({ losses: [Number.NaN, ...falling(1)] })])).toEqual([true, false]);
    expect(passes([run({ losses: falling(1.99) })])).toEqual([false]);
    expect(passes([run({ heldOutLoss: Number.NaN })])).toEqual([false]);
    expect(passes([run(), mixed({ seed: 2 })])).toEqual([true, false]);
    expect(passes([mixed({})])).toEqual([false]);
  });

  test('reports a nudged training of float32 as a yardstick of noise, which no bound holds', () => {
    const [, nudged] = judgeCurves([run(), run({ nudge: NUDGE, losses: falling(1.1) })], 'short');
    expect(nudged).toMatchObject({ isNudged: true, passed: true });
    expect(nudged?.finalGap).toBeCloseTo(0.1, 10);
  });
});

describe('a plan of trainings', () => {
  const plan = { length: 'short', models: CURVE_MODELS, policies: CURVE_POLICIES, seeds: [1, 2], nudgedSeeds: [2], data: 'data' } as const;

  test('trains every model under every policy from every seed once, and nudged where asked for', () => {
    const specs = curveSpecs(plan);
    expect(specs).toHaveLength(21);
    expect(new Set(specs.map(({ model, policy, seed, nudge }) => [model, policy, seed, nudge].join())).size).toBe(21);
    expect(specs.filter(({ nudge }) => nudge > 0).every(({ seed, policy }) => seed === 2 && policy === 'float32')).toBe(true);
  });

  test('draws each element once before any comes again, in the same order for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), fc.nat(1000), (batch, times, seed) => {
        const options = { count: batch * times, batch, steps: times, seed };
        const all = batchIndices(options).flatMap((indices) => [...indices]);
        expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: batch * times }, (_, i) => i));
        expect(batchIndices(options)).toEqual(batchIndices(options));
      }),
      { seed: 1, numRuns: 50 },
    );
    expect(() => batchIndices({ count: 3, batch: 4, steps: 1, seed: 1 })).toThrow('Train on more');
  });
});

describe('files of real data', () => {
  /** Writes a PNG, each row with the filter of its number. */
  function png(rows: readonly (readonly number[])[], filters: readonly number[], kind: readonly number[] = [8, 0, 0, 0, 0]): Uint8Array {
    const width = rows[0]?.length ?? 0;
    const at = (y: number, x: number): number => (y < 0 || x < 0 ? 0 : (rows[y]?.[x] ?? 0));
    const filtered = rows.flatMap((row, y) => [
      filters[y] ?? 0,
      ...row.map((value, x) => {
        const [a, b, c] = [at(y, x - 1), at(y - 1, x), at(y - 1, x - 1)];
        const nearest = [a, b, c].reduce((best, other) => (Math.abs(a + b - c - other) < Math.abs(a + b - c - best) ? other : best));
        return (value - ([0, a, b, Math.floor((a + b) / 2), nearest][filters[y] ?? 0] ?? 0)) & 255;
      }),
    ]);
    const chunk = (name: string, body: Uint8Array): Uint8Array => {
      const bytes = Buffer.alloc(12 + body.length);
      bytes.writeUInt32BE(body.length, 0);
      bytes.write(name, 4, 'latin1');
      bytes.set(body, 8);
      return bytes;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(rows.length, 4);
    header.set(kind, 8);
    const packed = deflateSync(Uint8Array.from(filtered));
    const parts = [packed.subarray(0, 5), packed.subarray(5)].map((part) => chunk('IDAT', part)); // a picture may lie in several
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), ...parts, chunk('IEND', new Uint8Array(0))]);
  }

  test('a grey PNG is read back whatever filters its rows have', () => {
    const byte = fc.nat(255);
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 7 })
          .chain((width) => fc.array(fc.array(byte, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 })),
        fc.array(fc.nat(4), { minLength: 6, maxLength: 6 }),
        (rows, filters) => {
          const picture = readGreyPng(png(rows, filters));
          expect([picture.width, picture.height]).toEqual([rows[0]?.length, rows.length]);
          expect([...picture.pixels]).toEqual(rows.flat());
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test('other pictures are refused by what they are', () => {
    expect(() => readGreyPng(png([[1]], [0], [8, 2, 0, 0, 0]))).toThrow('8,2,0,0,0. Convert it.');
    expect(() => readGreyPng(png([[1]], [9]))).toThrow('unknown filter');
    expect(() => readGreyPng(new Uint8Array(40))).toThrow('another kind of file');
    expect(() => readGreyPng(png([[1], [2, 3]], [0, 0]))).toThrow('bytes for 1x2');
  });

  test('IDX gives its elements and refuses another kind or length', () => {
    const file = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9);
    expect([...idxBytes(file, 1)]).toEqual([7, 8, 9]);
    expect(() => idxBytes(file, 3)).toThrow('3 axes');
    expect(() => idxBytes(file.subarray(0, 10), 1)).toThrow('must have 11 bytes, got 10');
  });

  test('characters are numbered by frequency, and the rarest share the last number', () => {
    expect([...characterIds('aabbbc', 3)]).toEqual([1, 1, 0, 0, 0, 2]);
    expect([...characterIds('aabbbc', 2)]).toEqual([1, 1, 0, 0, 0, 1]);
  });
});

describe('what is shown', () => {
  const runs = [run(), mixed({ losses: falling(1.1), scale: 65_536, skipped: 3 })];

  test('the table has a row a training, and says which failed', () => {
    const { head, rows } = curveTable(judgeCurves(runs, 'short'));
    expect(rows.map((row) => row.length)).toEqual([head.length, head.length]);
    expect(rows[1]).toEqual(expect.arrayContaining(['mixed_float16', '+10.00 %', '3', '65536', 'FAILED']));
  });

  test('the page draws the loss and its gap, a line a training', () => {
    const page = curvePage(runs);
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page).toContain('gap to float32, %');
    expect(page).not.toContain('NaN');
  });
});
