import type { BuildContext, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeParams, vectorType, widthOf } from './conv-shape.ts';
import type { SharedTile } from './shared-tile.ts';
import { sharedDeclarations, sharedLoop, sharedStores, sharedTile } from './shared-tile.ts';

/** `convFilterGradient` through workgroup memory. Pure. */
export function sharedFilterGradient(shape: ConvShape, splits: number, most: SharedTile, { inputs, outputs }: BuildContext): KernelSource {
  const { inChannels, outChannels, filterHeight, filterWidth } = shape;
  const [xWidth, width] = [widthOf(inChannels), widthOf(outChannels)];
  const pixels = shape.batch * shape.outHeight * shape.outWidth;
  const rows = filterHeight * filterWidth * inChannels;
  const tile = sharedTile(Math.ceil(outChannels / 4), most);
  const [rowGroups, columnGroups] = [Math.ceil(rows / (tile.y * 4)), Math.ceil(outChannels / (tile.x * 4))];
  const product = { tile, left: 'row', right: 'column' } as const;
  return {
    name: 'convFilterGradientShared',
    ports: [
      { name: 'x', access: 'read', type: 'f32', width: xWidth, size: inputs[0]?.size ?? 0 },
      { name: 'dy', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      { name: 'dw', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, {
      pixels,
      length: Math.ceil(pixels / splits),
      splits,
      rows,
      groups: outChannels / width,
      rowGroups,
      columnGroups,
    }),
    workgroupSize: [tile.x * tile.y, 1, 1],
    dispatch: spreadGroups(rowGroups * columnGroups * splits),
    declarations: `${sharedDeclarations(product)}\n${loads(xWidth, width)}`,
    main: `
  let split = i32(groupIndex) / (params.rowGroups * params.columnGroups);
  if (split >= params.splits) { return; }
  let place = i32(groupIndex) % (params.rowGroups * params.columnGroups);
  let firstRow = place / params.columnGroups * ${tile.y * 4};
  let firstColumn = place % params.columnGroups * ${tile.x * 4};
  let first = split * params.length;
  let last = min(first + params.length, params.pixels);
  end = last;
  ${sharedLoop(product, 'first', 'last')}
  ${sharedStores(width, 'params.outChannels', (i, group, value) => `if (row + ${i} < params.rows) { store_dw((split * params.rows + row + ${i}) * params.groups + ${group}, ${value}); }`)}`,
  };
}

/** Rows are (tap, input channel), inner indices pixels of dy. */
function loads(xWidth: 1 | 4, width: 1 | 4): string {
  const [xType, type] = [vectorType(xWidth), vectorType(width)];
  const four = (by: 1 | 4, one: (k: number) => string): string => (by === 4 ? one(0) : `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`);
  return `var<private> end : i32;
fn tapAt(row : i32, pixel : i32) -> ${xType} {
  if (row >= params.rows || pixel >= end) { return ${xType}(); }
  let tap = row / params.inChannels;
  let line = pixel / params.outWidth;
  let iy = line % params.outHeight * params.strideHeight - params.padTop + tap / params.filterWidth * params.dilationHeight;
  let ix = pixel % params.outWidth * params.strideWidth - params.padLeft + tap % params.filterWidth * params.dilationWidth;
  if (iy < 0 || iy >= params.inHeight || ix < 0 || ix >= params.inWidth) { return ${xType}(); }
  let place = (line / params.outHeight * params.inHeight + iy) * params.inWidth + ix;
  return load_x((place * params.inChannels + row % params.inChannels) / ${xWidth});
}
fn slopeAt(pixel : i32, column : i32) -> ${type} {
  if (pixel >= end || column >= params.outChannels) { return ${type}(); }
  return load_dy((pixel * params.outChannels + column) / ${width});
}
fn left(row : i32, inner : i32) -> vec4<f32> { return ${four(xWidth, (k) => `tapAt(row + ${k}, inner)`)}; }
fn right(inner : i32, column : i32) -> vec4<f32> { return ${four(width, (k) => `slopeAt(inner, column + ${k})`)}; }`;
}
