import type { ConvShape } from '../conv/conv-shape.ts';
import { shapeKey, shapeParams, vectorType } from '../conv/conv-shape.ts';
import { CONV_TILES } from '../conv/conv-tiles.ts';
import { evenTile, unroll } from '../conv/unroll.ts';
import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { depthwiseChannels, inputPort, readFunction } from './depthwise-channels.ts';

/**
 * The gradient of a depthwise convolution by its filter. An invocation sums some taps of one group of channels over one
 * part of the pixels; the output is `[splits, filter elements]`, which `sumPartials` adds up, or the gradient itself if
 * there is one part. Inputs: x, dy.
 *
 * Pure.
 */
export function depthwiseFilterGradient(shape: ConvShape, splits: number): KernelRecipe {
  return {
    key: `depthwiseFilterGradient:${shapeKey(shape)}:${splits}`,
    build: (context) => source(shape, splits, context),
    fuses: { epilogue: splits === 1 },
  };
}

function source(shape: ConvShape, splits: number, { device, inputs, outputs }: BuildContext): KernelSource {
  const { lanes, taps: mostTaps } = CONV_TILES[device.adapterClass].depthwise;
  const channels = depthwiseChannels(shape);
  const { width, groups, multiplier } = channels;
  const allTaps = shape.filterHeight * shape.filterWidth;
  const taps = evenTile(allTaps, mostTaps);
  const tapTiles = Math.ceil(allTaps / taps);
  const pixels = shape.batch * shape.outHeight * shape.outWidth;
  const length = Math.ceil(pixels / splits);
  return {
    name: 'depthwiseFilterGradient',
    ports: [
      inputPort('x', inputs[0]?.size ?? 0, channels),
      { name: 'dy', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      { name: 'dw', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: shapeParams(shape, { pixels, length, splits, groups, multiplier, allTaps, tapTiles }),
    workgroupSize: [lanes, 1, 1],
    dispatch: spreadGroups(Math.ceil((groups * tapTiles * splits) / lanes)),
    declarations: readFunction(channels),
    main: mainOf(taps, lanes, vectorType(width)),
  };
}

function mainOf(taps: number, lanes: number, type: string): string {
  return `
  let lane = i32(groupIndex) * ${lanes} + i32(localIndex);
  let channel = lane % params.groups;
  let tap = lane / params.groups % params.tapTiles * ${taps};
  let split = lane / params.groups / params.tapTiles;
  if (split >= params.splits) { return; }
  ${unroll(
    taps,
    (i) => `let tap${i} = min(tap + ${i}, params.allTaps - 1);
  let top${i} = tap${i} / params.filterWidth * params.dilationHeight - params.padTop;
  let left${i} = tap${i} % params.filterWidth * params.dilationWidth - params.padLeft;
  var sum${i} = ${type}();`,
  )}
  let first = split * params.length;
  let end = min(first + params.length, params.pixels);
  var ox = first % params.outWidth;
  var oy = first / params.outWidth % params.outHeight;
  var image = first / params.outWidth / params.outHeight;
  for (var pixel = first; pixel < end; pixel++) {
    let slope = load_dy(pixel * params.groups + channel);
    ${unroll(
      taps,
      (i) => `{
    let iy = oy * params.strideHeight + top${i};
    let ix = ox * params.strideWidth + left${i};
    let inside = iy >= 0 && iy < params.inHeight && ix >= 0 && ix < params.inWidth;
    let at = select(0, (image * params.inHeight + iy) * params.inWidth + ix, inside);
    sum${i} = fma(select(${type}(), inputAt(at, channel), inside), slope, sum${i});
    }`,
    )}
    ox++;
    if (ox == params.outWidth) {
      ox = 0;
      oy++;
      if (oy == params.outHeight) { oy = 0; image++; }
    }
  }
  ${unroll(taps, (i) => `if (tap + ${i} < params.allTaps) { store_dw((split * params.allTaps + tap + ${i}) * params.groups + channel, sum${i}); }`)}`;
}
