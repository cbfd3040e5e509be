import type { BuildContext, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvEnd } from './activation.ts';
import { endPorts, finishFunction } from './activation.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeParams, widthOf } from './conv-shape.ts';
import type { SharedTile } from './shared-tile.ts';
import { sharedDeclarations, sharedLoop, sharedStores, sharedTile } from './shared-tile.ts';

/** `convForward` through workgroup memory. Pure. */
export function sharedForward(shape: ConvShape, end: ConvEnd, most: SharedTile, { inputs, outputs }: BuildContext): KernelSource {
  const { inChannels, outChannels, filterHeight, filterWidth } = shape;
  const [xWidth, width] = [widthOf(inChannels), widthOf(outChannels)];
  const rows = shape.batch * shape.outHeight * shape.outWidth;
  const inners = filterHeight * filterWidth * inChannels;
  const tile = sharedTile(Math.ceil(outChannels / 4), most);
  const columnGroups = Math.ceil(outChannels / (tile.x * 4));
  const product = { tile, left: 'inner', right: 'column' } as const;
  return {
    name: 'convForwardShared',
    ports: [
      { name: 'x', access: 'read', type: 'f32', width: xWidth, size: inputs[0]?.size ?? 0 },
      { name: 'w', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      ...endPorts(end, width),
      { name: 'y', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: [
      ...shapeParams(shape, { rows, inners, groups: outChannels / width, columnGroups }),
      { name: 'leak', type: 'f32', value: end.leak },
    ],
    workgroupSize: [tile.x * tile.y, 1, 1],
    dispatch: spreadGroups(Math.ceil(rows / (tile.y * 4)) * columnGroups),
    declarations: [sharedDeclarations(product), finishFunction(end, width), left(xWidth), right(width)].join('\n'),
    main: `
  let firstRow = i32(groupIndex) / params.columnGroups * ${tile.y * 4};
  let firstColumn = i32(groupIndex) % params.columnGroups * ${tile.x * 4};
  ${sharedLoop(product, '0', 'params.inners')}
  ${sharedStores(width, 'params.outChannels', (i, group, value) => `if (row + ${i} < params.rows) { store_y((row + ${i}) * params.groups + ${group}, finish(${value}, ${group})); }`)}`,
  };
}

/** Four channels of a tap at the input pixel that belongs to an output pixel. */
function left(width: 1 | 4): string {
  const type = width === 1 ? 'f32' : 'vec4<f32>';
  const one = `fn tapAt(row : i32, inner : i32) -> ${type} {
  if (row >= params.rows || inner >= params.inners) { return ${type}(); }
  let tap = inner / params.inChannels;
  let line = row / params.outWidth;
  let iy = line % params.outHeight * params.strideHeight - params.padTop + tap / params.filterWidth * params.dilationHeight;
  let ix = row % params.outWidth * params.strideWidth - params.padLeft + tap % params.filterWidth * params.dilationWidth;
  if (iy < 0 || iy >= params.inHeight || ix < 0 || ix >= params.inWidth) { return ${type}(); }
  let pixel = (line / params.outHeight * params.inHeight + iy) * params.inWidth + ix;
  return load_x((pixel * params.inChannels + inner % params.inChannels) / ${width});
}`;
  const four =
    width === 4 ? 'tapAt(row, inner)' : 'vec4<f32>(tapAt(row, inner), tapAt(row, inner + 1), tapAt(row, inner + 2), tapAt(row, inner + 3))';
  return `${one}
fn left(row : i32, inner : i32) -> vec4<f32> { return ${four}; }`;
}

/** Four output channels of one row of the filter. */
function right(width: 1 | 4): string {
  const one = `fn weightAt(inner : i32, column : i32) -> ${width === 1 ? 'f32' : 'vec4<f32>'} {
  if (inner >= params.inners || column >= params.outChannels) { return ${width === 1 ? '0.0' : 'vec4<f32>()'}; }
  return load_w((inner * params.outChannels + column) / ${width});
}`;
  const four =
    width === 4 ? 'weightAt(inner, column)' : `vec4<f32>(${[0, 1, 2, 3].map((j) => `weightAt(inner, column + ${j})`).join(', ')})`;
  return `${one}
fn right(inner : i32, column : i32) -> vec4<f32> { return ${four}; }`;
}
