import { PLAIN_END } from '../conv/activation.ts';
import type { ConvShape } from '../conv/conv-shape.ts';
import { shapeKey, shapeParams, vectorType, widthOf } from '../conv/conv-shape.ts';
import { CONV_TILES } from '../conv/conv-tiles.ts';
import { phaseParams, tapStart } from '../conv/phases.ts';
import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { depthwiseSource } from './depthwise-forward.ts';

/**
 * The gradient of a depthwise convolution by its input. Without stride and multiplier it is itself a depthwise
 * convolution with the filter turned; else each invocation walks the taps that its phase meets (see
 * `convInputGradient`). Inputs: dy, filter.
 *
 * Pure.
 */
export function depthwiseInputGradient(shape: ConvShape): KernelRecipe {
  return {
    key: `depthwiseInputGradient:${shapeKey(shape)}`,
    build: (context) => {
      const isConv = shape.strideHeight * shape.strideWidth === 1 && shape.inChannels === shape.outChannels;
      if (!isConv) return phaseSource(shape, context);
      return depthwiseSource({ name: 'depthwiseInputGradient', shape: turn(shape), end: PLAIN_END, turned: true }, context);
    },
    fuses: { epilogue: true },
  };
}

/** The convolution from dy to dx. */
function turn(shape: ConvShape): ConvShape {
  return {
    ...shape,
    inHeight: shape.outHeight,
    inWidth: shape.outWidth,
    outHeight: shape.inHeight,
    outWidth: shape.inWidth,
    padTop: (shape.filterHeight - 1) * shape.dilationHeight - shape.padTop,
    padLeft: (shape.filterWidth - 1) * shape.dilationWidth - shape.padLeft,
  };
}

function phaseSource(shape: ConvShape, { device, inputs, outputs }: BuildContext): KernelSource {
  const { lanes } = CONV_TILES[device.adapterClass].depthwise;
  const multiplier = shape.outChannels / shape.inChannels;
  const width = multiplier === 1 ? widthOf(shape.inChannels) : 1;
  const groups = shape.inChannels / width;
  const { phases, rows, params } = phaseParams(shape);
  const groupsOfPhase = Math.ceil((rows * groups) / lanes);
  return {
    name: 'depthwiseInputGradient',
    ports: [
      { name: 'dy', access: 'read', type: 'f32', width, size: inputs[0]?.size ?? 0 },
      { name: 'w', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      { name: 'dx', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, { ...params, groups, multiplier, groupsOfPhase }),
    workgroupSize: [lanes, 1, 1],
    dispatch: spreadGroups(phases * groupsOfPhase),
    main: phaseMain(lanes, vectorType(width)),
  };
}

function phaseMain(lanes: number, type: string): string {
  return `
  let phase = i32(groupIndex) / params.groupsOfPhase;
  let lane = i32(groupIndex) % params.groupsOfPhase * ${lanes} + i32(localIndex);
  let at = lane % params.groups;
  let row = lane / params.groups;
  if (phase >= params.strideHeight * params.strideWidth || row >= params.rows) { return; }
  let phaseY = phase / params.strideWidth;
  let phaseX = phase % params.strideWidth;
  let qx = row % params.phaseWidth;
  let qy = row / params.phaseWidth % params.phaseHeight;
  let image = row / params.phaseWidth / params.phaseHeight;
  let iy = qy * params.strideHeight + phaseY;
  let ix = qx * params.strideWidth + phaseX;
  if (iy >= params.inHeight || ix >= params.inWidth) { return; }
  var sum = ${type}();
  ${tapStart('Y', 'Height', 'Top')}
  ${tapStart('X', 'Width', 'Left')}
  for (var ky = firstY; ky < params.filterHeight; ky += params.tapStepY) {
    let oy = qy + (phaseY + params.padTop - ky * params.dilationHeight) / params.strideHeight;
    for (var kx = firstX; kx < params.filterWidth; kx += params.tapStepX) {
      let ox = qx + (phaseX + params.padLeft - kx * params.dilationWidth) / params.strideWidth;
      let inside = oy >= 0 && oy < params.outHeight && ox >= 0 && ox < params.outWidth;
      let pixel = select(0, (image * params.outHeight + oy) * params.outWidth + ox, inside);
      for (var q = 0; q < params.multiplier; q++) {
        let weight = load_w(((ky * params.filterWidth + kx) * params.groups + at) * params.multiplier + q);
        let slope = load_dy((pixel * params.groups + at) * params.multiplier + q);
        sum = fma(select(${type}(), slope, inside), weight, sum);
      }
    }
  }
  store_dx(((image * params.inHeight + iy) * params.inWidth + ix) * params.groups + at, sum);`;
}
