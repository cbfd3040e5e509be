import type { AdapterClass, KernelRecipe } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { RowShape } from './row-plan.ts';
import { rowWidth } from './row-plan.ts';
import { loadType } from './row-text.ts';

/** Invocations side by side over columns, and over slices of rows whose sums are added at the end. */
const COLUMN_TILES: Readonly<Record<AdapterClass, readonly [columns: number, slices: number]>> = {
  cpu: [8, 1],
  integrated: [8, 16],
  discrete: [8, 32],
  mobile: [8, 16],
  unknown: [8, 16],
};

/**
 * Backward pass of layer normalisation to its parameters: dgamma = Σ dy·xhat and dbeta = Σ dy over the rows, both in one
 * dispatch. A workgroup takes a few columns; its slices of rows are summed in a fixed order.
 */
export function layerNormParameterGradRecipe({ rows, cols }: RowShape): KernelRecipe {
  return {
    key: `layerNormParameterGrad_${rows}_${cols}`,
    build: ({ device }) => {
      const [columns, most] = COLUMN_TILES[device.adapterClass];
      const slices = Math.min(most, device.maxInvocations / columns);
      const width = rowWidth(cols);
      const type = loadType(width);
      const statistic = { access: 'read', type: 'f32', width: 1, size: rows } as const;
      const result = { access: 'write', type: 'f32', width, size: cols } as const;
      const whole = { access: 'read', type: 'f32', width, size: rows * cols } as const;
      const shared = `var<workgroup> gammaSums : array<${type}, ${columns * slices}>;
var<workgroup> betaSums : array<${type}, ${columns * slices}>;`;
      const fold = `
  gammaSums[localIndex] = gammaSum;
  betaSums[localIndex] = betaSum;
  workgroupBarrier();
  if (slice == 0) {
    for (var s = 1; s < ${slices}; s += 1) {
      gammaSum += gammaSums[i32(localIndex) + s * ${columns}];
      betaSum += betaSums[i32(localIndex) + s * ${columns}];
    }
  }`;
      return {
        name: 'layerNormParameterGrad',
        ports: [
          { ...whole, name: 'dys' },
          { ...whole, name: 'xs' },
          { ...statistic, name: 'means' },
          { ...statistic, name: 'rstds' },
          { ...result, name: 'dgammas' },
          { ...result, name: 'dbetas' },
        ],
        params: [
          { name: 'rows', type: 'i32', value: rows },
          { name: 'loads', type: 'i32', value: cols / width },
        ],
        workgroupSize: [columns, slices, 1],
        dispatch: spreadGroups(Math.ceil(cols / width / columns)),
        declarations: slices === 1 ? '' : shared,
        main: `
  let col = i32(groupIndex) * ${columns} + i32(local.x);
  let slice = i32(local.y);
  var gammaSum = ${type}(0.0);
  var betaSum = ${type}(0.0);
  if (col < params.loads) {
    for (var row = slice; row < params.rows; row += ${slices}) {
      let dy = load_dys(row * params.loads + col);
      gammaSum += dy * ((load_xs(row * params.loads + col) - ${type}(load_means(row))) * load_rstds(row));
      betaSum += dy;
    }
  }${slices === 1 ? '' : fold}
  if (slice == 0 && col < params.loads) {
    store_dgammas(col, gammaSum);
    store_dbetas(col, betaSum);
  }`,
      };
    },
  };
}
