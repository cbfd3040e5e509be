import { describe, expect, it } from 'vitest';
import '@halftone/testing/matchers';
import { layerNormGradRecipe } from '../../src/kernels/rows/layer-norm-grad.ts';
import { layerNormParameterGradRecipe } from '../../src/kernels/rows/layer-norm-parameter-grad.ts';
import { layerNormRecipe } from '../../src/kernels/rows/layer-norm.ts';
import { runRecipe, STORAGES } from './kernel-harness.ts';
import { FORMATS, normal, rounded, rowsOf, storedAs, variants } from './rows-reference.ts';

const EPSILON = 1e-3;
/** Rows, columns. Which variants of the kernels a shape sees follows from its place in the list. */
const SHAPES = [
  [1, 1],
  [37, 7],
  [65, 64],
  [3, 1030],
  [200, 12],
] as const;

const average = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

interface RowNorm {
  readonly mean: number;
  readonly rstd: number;
  readonly xhat: readonly number[];
}

function norm64(row: readonly number[]): RowNorm {
  const mean = average(row);
  const rstd = 1 / Math.sqrt(average(row.map((value) => (value - mean) ** 2)) + EPSILON);
  return { mean, rstd, xhat: row.map((value) => (value - mean) * rstd) };
}

/**
 * Layer norm and its gradients against float64, in every storage.
 *
 * @param width - `wide`: rows that lanes share, whose shaders take the CPU driver seconds each
 */
export function describeLayerNorm(width: 'narrow' | 'wide'): void {
  describe.each(STORAGES)('layer norm stored as %s', (codec) => {
    const format = FORMATS[codec ?? 'float32'];
    const shapes = (codec === null ? SHAPES : SHAPES.slice(1, 4))
      .map(([rows, cols], index) => ({ rows, cols, cases: variants(index, codec) }))
      .filter(({ cols }) => (width === 'narrow') === cols < 64);

    it.each(shapes)('and its gradients equal float64 on $rows rows of $cols', async ({ rows, cols, cases }) => {
      const size = rows * cols;
      const xs = rounded(
        normal(size, rows + cols, 1).map((value) => value + 3),
        codec,
      );
      const dys = rounded(normal(size, 4, 1), codec);
      const [gammas, betas] = [normal(cols, 2, 1), normal(cols, 3, 1)];
      const norms = rowsOf(xs, cols).map(norm64);
      const [means, rstds] = [norms.map(({ mean }) => mean), norms.map(({ rstd }) => rstd)];
      const tolerance = codec === null ? { terms: 16 + cols, scale: 4 } : { terms: 4, scale: 1 };
      for (const { adapterClass } of cases) {
        const [ys, ...statistics] = await runRecipe({
          recipe: layerNormRecipe({ rows, cols, epsilon: EPSILON }),
          inputs: [{ values: xs, codec }, { values: gammas }, { values: betas }],
          outputs: [{ size, codec }, { size: rows }, { size: rows }],
          adapterClass,
        });
        const y64 = norms.flatMap(({ xhat }) => xhat.map((value, c) => value * (gammas[c] as number) + (betas[c] as number)));
        expect(ys).toBeCloseInFormat(storedAs(Float64Array.from(y64), codec), format, tolerance);
        expect(statistics[0]).toBeCloseInFormat(means, 'float32', { terms: 16 + cols });
        expect(statistics[1]).toBeCloseInFormat(rstds, 'float32', { terms: 16 + cols });

        const saved = [means, rstds].map((values) => ({ values: Float32Array.from(values) }));
        const [dxs] = await runRecipe({
          recipe: layerNormGradRecipe({ rows, cols }),
          inputs: [{ values: dys, codec }, { values: xs, codec }, { values: gammas }, ...saved],
          outputs: [{ size, codec }],
          adapterClass,
        });
        const dx64 = norms.flatMap(({ rstd, xhat }, r) => {
          const g = xhat.map((_, c) => (dys[r * cols + c] as number) * (gammas[c] as number));
          const [a, b] = [average(g), average(g.map((value, c) => value * (xhat[c] as number)))];
          return g.map((value, c) => rstd * (value - a - (xhat[c] as number) * b));
        });
        const largest = Math.max(...rstds);
        expect(dxs).toBeCloseInFormat(
          storedAs(Float64Array.from(dx64), codec),
          format,
          codec === null ? { terms: 16 + cols, scale: 4 * largest } : { terms: 4, scale: 1 },
        );

        const [dgammas, dbetas] = await runRecipe({
          recipe: layerNormParameterGradRecipe({ rows, cols }),
          inputs: [{ values: dys, codec }, { values: xs, codec }, ...saved],
          outputs: [{ size: cols }, { size: cols }],
          adapterClass,
        });
        const columns = Array.from({ length: cols }, (_, c) => c);
        const total = (of: (row: number, col: number) => number): number[] =>
          columns.map((c) => norms.reduce((sum, _, r) => sum + of(r, c), 0));
        const dy = (r: number, c: number): number => dys[r * cols + c] as number;
        expect(dgammas).toBeCloseInFormat(
          total((r, c) => dy(r, c) * (norms[r]?.xhat[c] as number)),
          'float32',
          { terms: 16 + rows, scale: 4 },
        );
        expect(dbetas).toBeCloseInFormat(total(dy), 'float32', { terms: 16 + rows, scale: 4 });
      }
    });
  });
}
