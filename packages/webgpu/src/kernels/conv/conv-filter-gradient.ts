import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeKey, shapeParams, vectorType, widthOf } from './conv-shape.ts';
import { sharedFilterGradient } from './conv-filter-gradient-shared.ts';
import { CONV_TILES, sharedTileFor } from './conv-tiles.ts';
import { evenTile, unroll } from './unroll.ts';

/**
 * The gradient of a convolution by its filter: (tap, input channel) x pixels times pixels x output channels. The sum
 * over pixels is done in `splits` parts; the output is `[splits, filter elements]`, which `sumPartials` adds up, or the
 * gradient itself if there is one part. Inputs: x, dy.
 *
 * Pure.
 */
export function convFilterGradient(shape: ConvShape, splits: number): KernelRecipe {
  return {
    key: `convFilterGradient:${shapeKey(shape)}:${splits}`,
    build: (context) => {
      const shared = sharedTileFor(context.device, shape.outChannels);
      return shared === null ? registerSource(shape, splits, context) : sharedFilterGradient(shape, splits, shared, context);
    },
    fuses: { epilogue: splits === 1 },
  };
}

function registerSource(shape: ConvShape, splits: number, { device, inputs, outputs }: BuildContext): KernelSource {
  const tile = CONV_TILES[device.adapterClass].filter;
  const { inChannels, outChannels, filterHeight, filterWidth } = shape;
  const [xWidth, width] = [widthOf(inChannels), widthOf(outChannels)];
  const pixels = shape.batch * shape.outHeight * shape.outWidth;
  const rowGroups = (filterHeight * filterWidth * inChannels) / xWidth;
  const groups = outChannels / width;
  const rows = evenTile(rowGroups, Math.max(1, xWidth === 1 ? tile.scalarRows : tile.rows / 4));
  const columns = evenTile(groups, Math.max(1, tile.columns / width));
  const [rowTiles, columnTiles] = [Math.ceil(rowGroups / rows), Math.ceil(groups / columns)];
  const length = Math.ceil(pixels / splits);
  return {
    name: 'convFilterGradient',
    ports: [
      { name: 'x', access: 'read', type: 'f32', width: xWidth, size: inputs[0]?.size ?? 0 },
      { name: 'dy', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      { name: 'dw', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, { pixels, length, splits, rowGroups, groups, rowTiles, columnTiles }),
    workgroupSize: [tile.lanes, 1, 1],
    dispatch: spreadGroups(Math.ceil((rowTiles * columnTiles * splits) / tile.lanes)),
    main: registerMain({ rows, columns, lanes: tile.lanes, xWidth, width }),
  };
}

interface Text {
  /** Groups of `xWidth` rows of the filter as a matrix. */
  readonly rows: number;
  /** Groups of `width` output channels. */
  readonly columns: number;
  readonly lanes: number;
  readonly xWidth: 1 | 4;
  readonly width: 1 | 4;
}

function registerMain({ rows, columns, lanes, xWidth, width }: Text): string {
  const [xType, type] = [vectorType(xWidth), vectorType(width)];
  const part = (k: number): string => (xWidth === 1 ? '' : `[${k}]`);
  const each = (text: (i: number, k: number, j: number) => string): string =>
    unroll(rows, (i) => unroll(xWidth, (k) => unroll(columns, (j) => text(i, k, j))));
  return `
  let lane = i32(groupIndex) * ${lanes} + i32(localIndex);
  let column = lane % params.columnTiles * ${columns};
  let row = lane / params.columnTiles % params.rowTiles * ${rows};
  let split = lane / params.columnTiles / params.rowTiles;
  if (split >= params.splits) { return; }
  let channels = params.inChannels / ${xWidth};
  ${unroll(
    rows,
    (i) => `let row${i} = min(row + ${i}, params.rowGroups - 1);
  let tap${i} = row${i} / channels;
  let top${i} = tap${i} / params.filterWidth * params.dilationHeight - params.padTop;
  let left${i} = tap${i} % params.filterWidth * params.dilationWidth - params.padLeft;
  let channel${i} = row${i} % channels;`,
  )}
  ${unroll(columns, (j) => `let column${j} = min(column + ${j}, params.groups - 1);`)}
  ${each((i, k, j) => `var sum${i}_${k}_${j} = ${type}();`)}
  let first = split * params.length;
  let end = min(first + params.length, params.pixels);
  var ox = first % params.outWidth;
  var oy = first / params.outWidth % params.outHeight;
  var image = first / params.outWidth / params.outHeight;
  for (var pixel = first; pixel < end; pixel++) {
    let lineY = oy * params.strideHeight;
    let lineX = ox * params.strideWidth;
    ${unroll(columns, (j) => `let dy${j} = load_dy(pixel * params.groups + column${j});`)}
    ${unroll(
      rows,
      (i) => `{
    let iy = lineY + top${i};
    let ix = lineX + left${i};
    let inside = iy >= 0 && iy < params.inHeight && ix >= 0 && ix < params.inWidth;
    let at = select(0, ((image * params.inHeight + iy) * params.inWidth + ix) * channels + channel${i}, inside);
    let value = select(${xType}(), load_x(at), inside);
    ${unroll(xWidth, (k) => unroll(columns, (j) => `sum${i}_${k}_${j} = fma(${type}(value${part(k)}), dy${j}, sum${i}_${k}_${j});`))}
    }`,
    )}
    ox++;
    if (ox == params.outWidth) {
      ox = 0;
      oy++;
      if (oy == params.outHeight) { oy = 0; image++; }
    }
  }
  let origin = split * params.rowGroups * ${xWidth};
  ${each(
    (i, k, j) =>
      `if (row + ${i} < params.rowGroups && column + ${j} < params.groups) { store_dw((origin + (row + ${i}) * ${xWidth} + ${k}) * params.groups + column${j}, sum${i}_${k}_${j}); }`,
  )}`;
}
