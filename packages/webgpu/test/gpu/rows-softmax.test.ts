import { afterAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { softmaxGradRecipe } from '../../src/kernels/rows/softmax-grad.ts';
import { softmaxRecipe } from '../../src/kernels/rows/softmax.ts';
import { harnessDevice, runRecipe, STORAGES } from './kernel-harness.ts';
import { FORMATS, normal, rounded, rowsOf, storedAs, variants } from './rows-reference.ts';

afterAll(async () => (await harnessDevice()).destroy());

/** Rows and columns: one element, primes, several rows in a workgroup, more than one, more than 60,000. */
const SHAPES = [
  [1, 1],
  [37, 7],
  [65, 64],
  [5, 258],
  [2, 1030],
  [1, 60101],
] as const;
const HALF_SHAPES = [SHAPES[1], SHAPES[2], SHAPES[3]] as const;

/** WGSL allows exp an error of 3 + 2·|x| units in the last place; no row here is wider than 25. */
const EXP_ULPS = 53;

function softmax64(row: number[], log: boolean): number[] {
  const top = Math.max(...row);
  const sum = row.reduce((total, value) => total + Math.exp(value - top), 0);
  return row.map((value) => (log ? value - top - Math.log(sum) : Math.exp(value - top) / sum));
}

describe.each(STORAGES)('softmax stored as %s', (codec) => {
  const format = FORMATS[codec ?? 'float32'];
  const shapes = (codec === null ? SHAPES : HALF_SHAPES).map(([rows, cols], index) => ({ rows, cols, cases: variants(index, codec) }));

  it.each(shapes)('equals float64 on $rows rows of $cols', async ({ rows, cols, cases }) => {
    const xs = rounded(normal(rows * cols, rows + cols, 4), codec);
    for (const { log, adapterClass } of cases) {
      const recipe = softmaxRecipe({ rows, cols, log });
      const [ys] = await runRecipe({ recipe, inputs: [{ values: xs, codec }], outputs: [{ size: rows * cols, codec }], adapterClass });
      const expected = Float64Array.from(rowsOf(xs, cols).flatMap((row) => softmax64(row, log)));
      expect(ys).toBeCloseInFormat(storedAs(expected, codec), format, { terms: EXP_ULPS ** 2, scale: log ? 1 : 2 ** -20 });
    }
  });

  it.each(shapes)('has the gradient of float64 on $rows rows of $cols', async ({ rows, cols, cases }) => {
    for (const { log, adapterClass } of cases) {
      const dys = rounded(normal(rows * cols, 7, 1), codec);
      const ys = rounded(Float32Array.from(rowsOf(normal(rows * cols, 8, 2), cols).flatMap((row) => softmax64(row, log))), codec);
      const expected = rowsOf(dys, cols).flatMap((dy, r) => {
        const y = [...ys.subarray(r * cols, (r + 1) * cols)];
        const sum = dy.reduce((total, value, c) => total + value * (log ? 1 : (y[c] as number)), 0);
        return dy.map((value, c) => (log ? value - Math.exp(y[c] as number) * sum : (value - sum) * (y[c] as number)));
      });
      const recipe = softmaxGradRecipe({ rows, cols, log });
      const inputs = [dys, ys].map((values) => ({ values, codec }));
      const [dxs] = await runRecipe({ recipe, inputs, outputs: [{ size: rows * cols, codec }], adapterClass });
      // one dispatch: the sum over a row never leaves float32
      expect(dxs).toBeCloseInFormat(
        storedAs(Float64Array.from(expected), codec),
        format,
        codec === null ? { terms: 16 + cols, scale: 1 } : { terms: 4 },
      );
    }
  });

  it('takes masks of -infinity, and makes NaN of rows that have no softmax', async () => {
    const infinity = Infinity;
    const cols = 8;
    const row = (...values: number[]): number[] => [...values, ...Array.from({ length: cols - values.length }, () => 0)];
    const masked = [1, -infinity, 2, -infinity, -infinity, -infinity, -infinity, -infinity];
    const xs = Float32Array.from([
      ...masked,
      ...row(NaN),
      ...row(1, infinity),
      ...Array<number>(cols).fill(-infinity),
      ...row(-60000, 60000),
      ...row(1),
    ]);
    for (const index of codec === null ? [0, 1] : [STORAGES.indexOf(codec)]) {
      for (const { log, adapterClass } of variants(index, codec)) {
        const [ys] = await runRecipe({
          recipe: softmaxRecipe({ rows: 6, cols, log }),
          inputs: [{ values: xs, codec }],
          outputs: [{ size: xs.length, codec }],
          adapterClass,
        });
        const [first, ...others] = rowsOf(ys as Float32Array, cols);
        expect(first?.map((value) => (log ? value === -infinity : value === 0))).toEqual([
          false,
          true,
          false,
          true,
          true,
          true,
          true,
          true,
        ]);
        expect(others.map((values) => values.every(Number.isNaN))).toEqual([true, true, true, false, false]);
        if (!log) expect(others[3]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
      }
    }
  });
});
