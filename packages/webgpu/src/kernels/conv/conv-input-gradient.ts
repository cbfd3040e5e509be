import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import type { ConvShape } from './conv-shape.ts';
import { shapeKey, shapeParams, vectorType, widthOf } from './conv-shape.ts';
import { sharedInputGradient } from './conv-input-gradient-shared.ts';
import { CONV_TILES, sharedTileFor } from './conv-tiles.ts';
import { columnLanes } from './lanes.ts';
import { phaseParams, tapStart } from './phases.ts';
import { evenTile, unroll } from './unroll.ts';

/**
 * The gradient of a convolution by its input, also the forward pass of a transposed convolution: a product of
 * dy (pixels of dy x output channels) with the filter, its channels exchanged. With a stride, input pixels fall into
 * strideHeight x strideWidth phases; all pixels of a phase meet the same taps, so a workgroup works on one phase and
 * walks its taps only. Inputs: dy, filter.
 *
 * Pure.
 */
export function convInputGradient(shape: ConvShape): KernelRecipe {
  return {
    key: `convInputGradient:${shapeKey(shape)}`,
    build: (context) => {
      const shared = sharedTileFor(context.device, shape.inChannels);
      return shared === null ? registerSource(shape, context) : sharedInputGradient(shape, shared, context);
    },
    fuses: { epilogue: true },
  };
}

function registerSource(shape: ConvShape, { device, inputs, outputs }: BuildContext): KernelSource {
  const tile = CONV_TILES[device.adapterClass].register;
  const { inChannels, outChannels } = shape;
  const [dyWidth, width] = [widthOf(outChannels), widthOf(inChannels)];
  const { phases, rows, params } = phaseParams(shape);
  const groups = inChannels / width;
  const columns = evenTile(groups, Math.max(1, tile.columns / width));
  const lanes = columnLanes(Math.ceil(groups / columns), tile.columnLanes);
  const [rowGroups, columnGroups] = [Math.ceil(rows / (tile.rows * tile.rowLanes)), Math.ceil(groups / (columns * lanes))];
  return {
    name: 'convInputGradient',
    ports: [
      { name: 'dy', access: 'read', type: 'f32', width: dyWidth, size: inputs[0]?.size ?? 0 },
      { name: 'w', access: 'read', type: 'f32', width: dyWidth, size: inputs[1]?.size ?? 0 },
      { name: 'dx', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, { ...params, groups, rowGroups, columnGroups }),
    workgroupSize: [tile.rowLanes * lanes, 1, 1],
    dispatch: spreadGroups(phases * rowGroups * columnGroups),
    main: registerMain({ rows: tile.rows, rowLanes: tile.rowLanes, columns, lanes, dyWidth, width }),
  };
}

interface Text {
  readonly rows: number;
  readonly rowLanes: number;
  /** Groups of `width` channels. */
  readonly columns: number;
  readonly lanes: number;
  readonly dyWidth: 1 | 4;
  readonly width: 1 | 4;
}

function registerMain({ rows, rowLanes, columns, lanes, dyWidth, width }: Text): string {
  const dyType = vectorType(dyWidth);
  const scalars = columns * width;
  const product = (i: number, j: number): string =>
    dyWidth === 1 ? `sum${i}_${j} = fma(dy${i}, w${j}, sum${i}_${j});` : `sum${i}_${j} += dot(dy${i}, w${j});`;
  const value = (i: number, j: number): string =>
    width === 1 ? `sum${i}_${j}` : `vec4<f32>(${[0, 1, 2, 3].map((k) => `sum${i}_${j * 4 + k}`).join(', ')})`;
  return `
  let lane = i32(localIndex);
  let phase = i32(groupIndex) / (params.rowGroups * params.columnGroups);
  let tile = i32(groupIndex) % (params.rowGroups * params.columnGroups);
  let row = (tile / params.columnGroups * ${rowLanes} + lane % ${rowLanes}) * ${rows};
  let column = (tile % params.columnGroups * ${lanes} + lane / ${rowLanes}) * ${columns};
  if (phase >= params.strideHeight * params.strideWidth || row >= params.rows || column >= params.groups) { return; }
  let phaseY = phase / params.strideWidth;
  let phaseX = phase % params.strideWidth;
  ${unroll(
    rows,
    (i) => `let row${i} = min(row + ${i}, params.rows - 1);
  let line${i} = row${i} / params.phaseWidth;
  let qx${i} = row${i} % params.phaseWidth;
  let qy${i} = line${i} % params.phaseHeight;
  let image${i} = line${i} / params.phaseHeight;`,
  )}
  let lastChannel = params.inChannels - 1;
  ${unroll(scalars, (j) => `let channel${j} = min(column * ${width} + ${j}, lastChannel);`)}
  ${unroll(rows, (i) => unroll(scalars, (j) => `var sum${i}_${j} = 0.0;`))}
  let channels = params.outChannels / ${dyWidth};
  ${tapStart('Y', 'Height', 'Top')}
  ${tapStart('X', 'Width', 'Left')}
  for (var ky = firstY; ky < params.filterHeight; ky += params.tapStepY) {
    let shiftY = (phaseY + params.padTop - ky * params.dilationHeight) / params.strideHeight;
    for (var kx = firstX; kx < params.filterWidth; kx += params.tapStepX) {
      let shiftX = (phaseX + params.padLeft - kx * params.dilationWidth) / params.strideWidth;
      ${unroll(
        rows,
        (i) => `let oy${i} = qy${i} + shiftY;
      let ox${i} = qx${i} + shiftX;
      let inside${i} = oy${i} >= 0 && oy${i} < params.outHeight && ox${i} >= 0 && ox${i} < params.outWidth;
      let at${i} = select(0, ((image${i} * params.outHeight + oy${i}) * params.outWidth + ox${i}) * channels, inside${i});`,
      )}
      let tap = (ky * params.filterWidth + kx) * params.inChannels;
      ${unroll(scalars, (j) => `let tap${j} = (tap + channel${j}) * channels;`)}
      for (var c = 0; c < channels; c++) {
        ${unroll(rows, (i) => `let dy${i} = select(${dyType}(), load_dy(at${i} + c), inside${i});`)}
        ${unroll(scalars, (j) => `{ let w${j} = load_w(tap${j} + c); ${unroll(rows, (i) => product(i, j))} }`)}
      }
    }
  }
  ${unroll(
    rows,
    (i) => `let y${i} = qy${i} * params.strideHeight + phaseY;
  let x${i} = qx${i} * params.strideWidth + phaseX;
  if (row + ${i} < params.rows && y${i} < params.inHeight && x${i} < params.inWidth) {
    let pixel = ((image${i} * params.inHeight + y${i}) * params.inWidth + x${i}) * params.groups;
    ${unroll(columns, (j) => `if (column + ${j} < params.groups) { store_dx(pixel + column + ${j}, ${value(i, j)}); }`)}
  }`,
  )}`;
}
