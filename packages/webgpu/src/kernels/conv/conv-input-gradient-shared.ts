import type { BuildContext, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeParams, vectorType, widthOf } from './conv-shape.ts';
import { phaseParams, tapStart } from './phases.ts';
import type { SharedTile } from './shared-tile.ts';
import { sharedDeclarations, sharedLoop, sharedStores, sharedTile } from './shared-tile.ts';

/** `convInputGradient` through workgroup memory. Pure. */
export function sharedInputGradient(shape: ConvShape, most: SharedTile, { inputs, outputs }: BuildContext): KernelSource {
  const { inChannels, outChannels } = shape;
  const [dyWidth, width] = [widthOf(outChannels), widthOf(inChannels)];
  const { phases, rows, params } = phaseParams(shape);
  const tile = sharedTile(Math.ceil(inChannels / 4), most);
  const [rowGroups, columnGroups] = [Math.ceil(rows / (tile.y * 4)), Math.ceil(inChannels / (tile.x * 4))];
  const product = { tile, left: 'inner', right: 'inner' } as const;
  return {
    name: 'convInputGradientShared',
    ports: [
      { name: 'dy', access: 'read', type: 'f32', width: dyWidth, size: inputs[0]?.size ?? 0 },
      { name: 'w', access: 'read', type: 'f32', width: dyWidth, size: inputs[1]?.size ?? 0 },
      { name: 'dx', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, { ...params, groups: inChannels / width, rowGroups, columnGroups }),
    workgroupSize: [tile.x * tile.y, 1, 1],
    dispatch: spreadGroups(phases * rowGroups * columnGroups),
    declarations: `${sharedDeclarations(product)}\n${loads(dyWidth)}`,
    main: `
  let phase = i32(groupIndex) / (params.rowGroups * params.columnGroups);
  if (phase >= params.strideHeight * params.strideWidth) { return; }
  let place = i32(groupIndex) % (params.rowGroups * params.columnGroups);
  let firstRow = place / params.columnGroups * ${tile.y * 4};
  let firstColumn = place % params.columnGroups * ${tile.x * 4};
  let phaseY = phase / params.strideWidth;
  let phaseX = phase % params.strideWidth;
  ${tapStart('Y', 'Height', 'Top')}
  ${tapStart('X', 'Width', 'Left')}
  let tapsX = (params.filterWidth - firstX + params.tapStepX - 1) / params.tapStepX;
  let inners = (params.filterHeight - firstY + params.tapStepY - 1) / params.tapStepY * tapsX * params.outChannels;
  walk = Walk(phaseY, phaseX, firstY, firstX, tapsX, inners);
  ${sharedLoop(product, '0', 'inners')}
  ${[0, 1, 2, 3].map((i) => pixelOf(i)).join('\n')}
  ${sharedStores(width, 'params.inChannels', (i, group, value) => `if (pixel${i} >= 0) { store_dx(pixel${i} * params.groups + ${group}, ${value}); }`)}`,
  };
}

/** The input pixel of a row of this phase, or -1 beyond the edge. */
function pixelOf(i: number): string {
  return `let line${i} = (row + ${i}) / params.phaseWidth;
  let y${i} = line${i} % params.phaseHeight * params.strideHeight + phaseY;
  let x${i} = (row + ${i}) % params.phaseWidth * params.strideWidth + phaseX;
  let isThere${i} = row + ${i} < params.rows && y${i} < params.inHeight && x${i} < params.inWidth;
  let pixel${i} = select(-1, (line${i} / params.phaseHeight * params.inHeight + y${i}) * params.inWidth + x${i}, isThere${i});`;
}

/** Inner indices are (tap of the phase, output channel). */
function loads(width: 1 | 4): string {
  const type = vectorType(width);
  const four = (one: (k: number) => string): string => (width === 4 ? one(0) : `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`);
  return `struct Walk { phaseY : i32, phaseX : i32, firstY : i32, firstX : i32, tapsX : i32, inners : i32 }
var<private> walk : Walk;
fn slopeAt(row : i32, inner : i32) -> ${type} {
  if (row >= params.rows || inner >= walk.inners) { return ${type}(); }
  let tap = inner / params.outChannels;
  let ky = walk.firstY + tap / walk.tapsX * params.tapStepY;
  let kx = walk.firstX + tap % walk.tapsX * params.tapStepX;
  let line = row / params.phaseWidth;
  let oy = line % params.phaseHeight + (walk.phaseY + params.padTop - ky * params.dilationHeight) / params.strideHeight;
  let ox = row % params.phaseWidth + (walk.phaseX + params.padLeft - kx * params.dilationWidth) / params.strideWidth;
  if (oy < 0 || oy >= params.outHeight || ox < 0 || ox >= params.outWidth) { return ${type}(); }
  let pixel = (line / params.phaseHeight * params.outHeight + oy) * params.outWidth + ox;
  return load_dy((pixel * params.outChannels + inner % params.outChannels) / ${width});
}
fn weightAt(inner : i32, column : i32) -> ${type} {
  if (inner >= walk.inners || column >= params.inChannels) { return ${type}(); }
  let tap = inner / params.outChannels;
  let ky = walk.firstY + tap / walk.tapsX * params.tapStepY;
  let kx = walk.firstX + tap % walk.tapsX * params.tapStepX;
  let line = (ky * params.filterWidth + kx) * params.inChannels + column;
  return load_w((line * params.outChannels + inner % params.outChannels) / ${width});
}
fn left(row : i32, inner : i32) -> vec4<f32> { return ${four((k) => `slopeAt(row, inner + ${k})`)}; }
fn right(inner : i32, column : i32) -> vec4<f32> { return ${four((k) => `weightAt(inner + ${k}, column)`)}; }`;
}
