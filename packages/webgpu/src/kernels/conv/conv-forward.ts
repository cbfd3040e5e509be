import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvEnd } from './activation.ts';
import { endKey, endPorts, finishFunction } from './activation.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeKey, shapeParams, vectorType, widthOf } from './conv-shape.ts';
import { sharedForward } from './conv-forward-shared.ts';
import { CONV_TILES, sharedTileFor } from './conv-tiles.ts';
import { columnLanes } from './lanes.ts';
import { evenTile, unroll } from './unroll.ts';

/**
 * A convolution as a product of two matrices: pixels x (tap, input channel) and (tap, input channel) x output channel.
 * The first is never written down; each invocation reads its pixels where they lie. Inputs: x, filter, then bias and
 * slopes if `end` has them.
 *
 * Pure.
 */
export function convForward(shape: ConvShape, end: ConvEnd): KernelRecipe {
  return {
    key: `convForward:${shapeKey(shape)}:${endKey(end)}`,
    build: (context) => {
      const shared = sharedTileFor(context.device, shape.outChannels);
      return shared === null ? registerSource(shape, end, context) : sharedForward(shape, end, shared, context);
    },
    fuses: { epilogue: true },
  };
}

function registerSource(shape: ConvShape, end: ConvEnd, { device, inputs, outputs }: BuildContext): KernelSource {
  const tile = CONV_TILES[device.adapterClass].register;
  const { inChannels, outChannels } = shape;
  const [xWidth, width] = [widthOf(inChannels), widthOf(outChannels)];
  const [rows, groups] = [shape.batch * shape.outHeight * shape.outWidth, outChannels / width];
  const columns = evenTile(groups, Math.max(1, tile.columns / width));
  const lanes = columnLanes(Math.ceil(groups / columns), tile.columnLanes);
  const [rowGroups, columnGroups] = [Math.ceil(rows / (tile.rows * tile.rowLanes)), Math.ceil(groups / (columns * lanes))];
  return {
    name: 'convForward',
    ports: [
      { name: 'x', access: 'read', type: 'f32', width: xWidth, size: inputs[0]?.size ?? 0 },
      { name: 'w', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      ...endPorts(end, width),
      { name: 'y', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: [...shapeParams(shape, { rows, groups, columnGroups }), { name: 'leak', type: 'f32', value: end.leak }],
    workgroupSize: [tile.rowLanes * lanes, 1, 1],
    dispatch: spreadGroups(rowGroups * columnGroups),
    declarations: finishFunction(end, width),
    main: registerMain({ rows: tile.rows, rowLanes: tile.rowLanes, columns, lanes, xWidth, width }),
  };
}

interface Text {
  readonly rows: number;
  readonly rowLanes: number;
  /** Groups of `width` channels. */
  readonly columns: number;
  readonly lanes: number;
  readonly xWidth: 1 | 4;
  readonly width: 1 | 4;
}

function registerMain({ rows, rowLanes, columns, lanes, xWidth, width }: Text): string {
  const [xType, type] = [vectorType(xWidth), vectorType(width)];
  const sum = (part: string): string =>
    unroll(rows, (i) => unroll(columns, (j) => `sum${i}_${j} = fma(${type}(x${i}${part}), w${j}, sum${i}_${j});`));
  return `
  let lane = i32(localIndex);
  let row = (i32(groupIndex) / params.columnGroups * ${rowLanes} + lane % ${rowLanes}) * ${rows};
  let column = (i32(groupIndex) % params.columnGroups * ${lanes} + lane / ${rowLanes}) * ${columns};
  if (row >= params.rows || column >= params.groups) { return; }
  ${unroll(
    rows,
    (i) => `let row${i} = min(row + ${i}, params.rows - 1);
  let line${i} = row${i} / params.outWidth;
  let left${i} = (row${i} % params.outWidth) * params.strideWidth - params.padLeft;
  let top${i} = (line${i} % params.outHeight) * params.strideHeight - params.padTop;
  let image${i} = line${i} / params.outHeight * params.inHeight;`,
  )}
  ${unroll(columns, (j) => `let column${j} = min(column + ${j}, params.groups - 1);`)}
  ${unroll(rows, (i) => unroll(columns, (j) => `var sum${i}_${j} = ${type}();`))}
  let channels = params.inChannels / ${xWidth};
  for (var ky = 0; ky < params.filterHeight; ky++) {
    for (var kx = 0; kx < params.filterWidth; kx++) {
      ${unroll(
        rows,
        (i) => `let iy${i} = top${i} + ky * params.dilationHeight;
      let ix${i} = left${i} + kx * params.dilationWidth;
      let inside${i} = iy${i} >= 0 && iy${i} < params.inHeight && ix${i} >= 0 && ix${i} < params.inWidth;
      let at${i} = select(0, ((image${i} + iy${i}) * params.inWidth + ix${i}) * channels, inside${i});`,
      )}
      var tap = (ky * params.filterWidth + kx) * params.inChannels * params.groups;
      for (var c = 0; c < channels; c++) {
        ${unroll(rows, (i) => `let x${i} = select(${xType}(), load_x(at${i} + c), inside${i});`)}
        ${unroll(
          xWidth,
          (k) => `{
        ${unroll(columns, (j) => `let w${j} = load_w(tap + column${j});`)}
        ${sum(xWidth === 1 ? '' : `[${k}]`)}
        tap += params.groups;
        }`,
        )}
      }
    }
  }
  ${unroll(rows, (i) =>
    unroll(
      columns,
      (j) =>
        `if (row + ${i} < params.rows && column + ${j} < params.groups) { store_y((row + ${i}) * params.groups + column${j}, finish(sum${i}_${j}, column${j})); }`,
    ),
  )}`;
}
