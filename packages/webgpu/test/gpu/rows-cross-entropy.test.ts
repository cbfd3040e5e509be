import { afterAll, describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { crossEntropyGradRecipe } from '../../src/kernels/rows/cross-entropy-grad.ts';
import { crossEntropyRecipe } from '../../src/kernels/rows/cross-entropy.ts';
import { harnessDevice, runRecipe, STORAGES } from './kernel-harness.ts';
import { CLASSES, FORMATS, normal, rounded, rowsOf, storedAs, variants } from './rows-reference.ts';

afterAll(async () => (await harnessDevice()).destroy());

const SHAPES = [
  [1, 1],
  [37, 7],
  [12, 64],
  [3, 50257],
] as const;

/** WGSL allows exp an error of 3 + 2·|x| units in the last place; no row here is wider than 25. */
const EXP_ULPS = 53;

const logSum = (row: readonly number[]): number => {
  const top = Math.max(...row);
  return top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
};

const probabilities = (row: readonly number[]): number[] => {
  const sum = logSum(row);
  return row.map((value) => Math.exp(value - sum));
};

describe.each(STORAGES)('cross-entropy of logits stored as %s', (codec) => {
  const format = FORMATS[codec ?? 'float32'];
  const shapes = (codec === null ? SHAPES : SHAPES.slice(1, 3)).map(([rows, cols], index) => ({
    rows,
    cols,
    cases: variants(index, codec),
  }));

  it.each(shapes)('and its gradient equal float64 on $rows rows of $cols classes', async ({ rows, cols, cases }) => {
    const xs = rounded(normal(rows * cols, rows + cols, 4), codec);
    const classes = Int32Array.from({ length: rows }, (_, row) => (row * 7919) % cols);
    const dys = normal(rows, 5, 1);
    for (const { log: dense, adapterClass } of cases) {
      const weights = rounded(Float32Array.from(rowsOf(normal(rows * cols, 9, 1), cols).flatMap(probabilities)), codec);
      const labelOf = (row: number, col: number): number => (dense ? (weights[row * cols + col] as number) : col === classes[row] ? 1 : 0);
      const shape = { rows, cols, labels: dense ? 'dense' : 'index', ignoreIndex: -1 } as const;
      const labels = dense ? { values: weights, codec } : { values: classes };
      const logits = { values: xs, codec };
      const [losses, logSums] = await runRecipe({
        recipe: crossEntropyRecipe(shape),
        inputs: [logits, labels],
        outputs: [{ size: rows }, { size: rows }],
        adapterClass,
      });
      const sums = rowsOf(xs, cols).map(logSum);
      const expected = rowsOf(xs, cols).map((row, r) =>
        row.reduce((total, value, c) => total + labelOf(r, c) * ((sums[r] as number) - value), 0),
      );
      expect(logSums).toBeCloseInFormat(sums, 'float32', { terms: EXP_ULPS ** 2, scale: 1 });
      expect(losses).toBeCloseInFormat(expected, 'float32', { terms: EXP_ULPS ** 2, scale: 1 });
      for (const wish of dense ? (['logits', 'labels'] as const) : (['logits'] as const)) {
        const inputs = [{ values: dys }, logits, labels, { values: Float32Array.from(sums) }];
        const [result] = await runRecipe({
          recipe: crossEntropyGradRecipe(shape, wish),
          inputs,
          outputs: [{ size: rows * cols, codec }],
          adapterClass,
        });
        const gradient = rowsOf(xs, cols).flatMap((row, r) =>
          row.map((value, c) => {
            const gap = value - (sums[r] as number);
            return (wish === 'logits' ? Math.exp(gap) - labelOf(r, c) : -gap) * (dys[r] as number);
          }),
        );
        expect(result).toBeCloseInFormat(
          storedAs(Float64Array.from(gradient), codec),
          format,
          codec === null ? { terms: EXP_ULPS ** 2, scale: 1 / 4 } : { terms: 4 },
        );
      }
    }
  });
});

describe('labels of cross-entropy', () => {
  const cols = 4;
  const xs = Float32Array.from([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, NaN, 2, 3, 4, -Infinity, 0, -Infinity, 0]);
  it('that are ignored cost nothing, those out of range make NaN', async () => {
    const labels = Int32Array.of(-100, 4, -1, 1, 1);
    for (const adapterClass of CLASSES) {
      const shape = { rows: 5, cols, labels: 'index', ignoreIndex: -100 } as const;
      const [losses, logSums] = await runRecipe({
        recipe: crossEntropyRecipe(shape),
        inputs: [{ values: xs }, { values: labels }],
        outputs: [{ size: 5 }, { size: 5 }],
        adapterClass,
      });
      expect([...(losses as Float32Array)].map((value) => (Number.isNaN(value) ? 'NaN' : value.toFixed(3)))).toEqual([
        '0.000',
        'NaN',
        'NaN',
        'NaN',
        '0.693',
      ]);
      const inputs = [
        { values: new Float32Array(5).fill(2) },
        { values: xs },
        { values: labels },
        { values: logSums as Float32Array<ArrayBuffer> },
      ];
      const [dxs] = await runRecipe({ recipe: crossEntropyGradRecipe(shape, 'logits'), inputs, outputs: [{ size: 20 }], adapterClass });
      const rows = rowsOf(dxs as Float32Array, cols);
      expect(rows[0]).toEqual([0, 0, 0, 0]);
      expect(rows.slice(1, 4).flat().every(Number.isNaN)).toBe(true);
      expect(rows[4]).toBeCloseInFormat([0, -1, 0, 1], 'float32', { terms: 16 });
    }
  });

  it('of 0 cost nothing where the logit is -infinity', async () => {
    const shape = { rows: 1, cols, labels: 'dense', ignoreIndex: -1 } as const;
    const inputs = [{ values: xs.slice(16) }, { values: Float32Array.of(0, 0.5, 0, 0.5) }];
    const [losses] = await runRecipe({ recipe: crossEntropyRecipe(shape), inputs, outputs: [{ size: 1 }, { size: 1 }] });
    expect(losses).toBeCloseInFormat([Math.LN2], 'float32', { terms: 16 });
  });
});
