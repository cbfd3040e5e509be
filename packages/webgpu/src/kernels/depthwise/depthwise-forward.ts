import type { ConvEnd } from '../conv/activation.ts';
import { endKey, endPorts, finishFunction } from '../conv/activation.ts';
import type { ConvShape } from '../conv/conv-shape.ts';
import { shapeKey, shapeParams, vectorType } from '../conv/conv-shape.ts';
import { CONV_TILES } from '../conv/conv-tiles.ts';
import { evenTile, unroll } from '../conv/unroll.ts';
import type { BuildContext, KernelRecipe, KernelSource } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { depthwiseChannels, inputPort, readFunction } from './depthwise-channels.ts';

/**
 * A depthwise convolution. An invocation computes neighbours of a row of pixels for one group of channels, which share
 * what they read. The rows of the filter are a loop: a CPU driver takes 20 seconds to compile 5 x 5 taps written out.
 * Inputs: x, filter, then bias and slopes if `end` has them.
 *
 * Pure.
 */
export function depthwiseForward(shape: ConvShape, end: ConvEnd): KernelRecipe {
  return {
    key: `depthwiseForward:${shapeKey(shape)}:${endKey(end)}`,
    build: (context) => depthwiseSource({ name: 'depthwiseForward', shape, end, turned: false }, context),
    fuses: { epilogue: true },
  };
}

/** What `depthwiseSource` makes a kernel of. */
export interface DepthwiseRequest {
  readonly name: string;
  readonly shape: ConvShape;
  readonly end: ConvEnd;
  /** Whether the filter is turned by half a turn, as an input gradient wants it. */
  readonly turned: boolean;
}

/** Taps of a row that are written out: a line of pixels shares its inputs only if it is known which ones. */
const MOST_TAPS = 7;
const MOST_STRIDE = 2;

/** Pure. */
export function depthwiseSource({ name, shape, end, turned }: DepthwiseRequest, { device, inputs, outputs }: BuildContext): KernelSource {
  const tile = CONV_TILES[device.adapterClass].depthwise;
  const channels = depthwiseChannels(shape);
  const { width, groups, multiplier } = channels;
  const { filterWidth, strideWidth, dilationHeight, dilationWidth, outHeight, outWidth } = shape;
  const isShared = filterWidth <= MOST_TAPS && strideWidth <= MOST_STRIDE && dilationHeight * dilationWidth === 1;
  const wide = evenTile(outWidth, tile.width);
  const tilesX = Math.ceil(outWidth / wide);
  const text = { shape, wide, turned, lanes: tile.lanes, type: vectorType(width) };
  return {
    name,
    ports: [
      inputPort('x', inputs[0]?.size ?? 0, channels),
      { name: 'w', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      ...endPorts(end, width),
      { name: 'y', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: [...shapeParams(shape, { groups, multiplier, tilesX }), { name: 'leak', type: 'f32', value: end.leak }],
    workgroupSize: [tile.lanes, 1, 1],
    dispatch: spreadGroups(Math.ceil((shape.batch * outHeight * tilesX * groups) / tile.lanes)),
    declarations: `${readFunction(channels)}\n${finishFunction(end, width)}`,
    main: mainOf(text, isShared ? rowBody(text) : loopBody(text)),
  };
}

interface Text {
  readonly shape: ConvShape;
  /** Output pixels of an invocation: neighbours in a row. */
  readonly wide: number;
  readonly turned: boolean;
  readonly lanes: number;
  readonly type: string;
}

function mainOf({ wide, lanes, type }: Text, body: string): string {
  return `
  let lane = i32(groupIndex) * ${lanes} + i32(localIndex);
  let at = lane % params.groups;
  let tileX = lane / params.groups % params.tilesX;
  let oy = lane / params.groups / params.tilesX % params.outHeight;
  let image = lane / params.groups / params.tilesX / params.outHeight;
  if (image >= params.batch) { return; }
  let ox = tileX * ${wide};
  let top = oy * params.strideHeight - params.padTop;
  let left = ox * params.strideWidth - params.padLeft;
  ${unroll(wide, (j) => `var sum${j} = ${type}();`)}
${body}
  ${unroll(
    wide,
    (j) => `if (ox + ${j} < params.outWidth) {
    store_y(((image * params.outHeight + oy) * params.outWidth + ox + ${j}) * params.groups + at, finish(sum${j}, at));
  }`,
  )}`;
}

/** All taps and inputs of one row of the filter by name; rows one after the other, so that the text stays short. */
function rowBody({ shape, wide, turned, type }: Text): string {
  const { filterWidth, strideWidth } = shape;
  const columns = (wide - 1) * strideWidth + filterWidth;
  const row = turned ? 'params.filterHeight - 1 - ky' : 'ky';
  return `
  ${unroll(columns, (x) => `let inside${x} = left + ${x} >= 0 && left + ${x} < params.inWidth;`)}
  for (var ky = 0; ky < params.filterHeight; ky++) {
    let iy = top + ky;
    if (iy < 0 || iy >= params.inHeight) { continue; }
    let line = (image * params.inHeight + iy) * params.inWidth + left;
    let firstTap = (${row}) * params.filterWidth;
    ${unroll(filterWidth, (kx) => `let w${kx} = load_w((firstTap + ${turned ? filterWidth - 1 - kx : kx}) * params.groups + at);`)}
    ${unroll(columns, (x) => `let x${x} = select(${type}(), inputAt(select(0, line + ${x}, inside${x}), at), inside${x});`)}
    ${unroll(filterWidth, (kx) => unroll(wide, (j) => `sum${j} = fma(x${j * strideWidth + kx}, w${kx}, sum${j});`))}
  }`;
}

/** Any filter, stride and dilation. */
function loopBody({ wide, turned, type }: Text): string {
  const tap = 'ky * params.filterWidth + kx';
  return `
  for (var ky = 0; ky < params.filterHeight; ky++) {
    let iy = top + ky * params.dilationHeight;
    let isLine = iy >= 0 && iy < params.inHeight;
    let line = (image * params.inHeight + iy) * params.inWidth;
    for (var kx = 0; kx < params.filterWidth; kx++) {
      let tap = ${turned ? `params.filterHeight * params.filterWidth - 1 - (${tap})` : tap};
      let weight = load_w(tap * params.groups + at);
      let ix = left + kx * params.dilationWidth;
      ${unroll(
        wide,
        (j) => `{
      let column = ix + ${j} * params.strideWidth;
      let inside = isLine && column >= 0 && column < params.inWidth;
      sum${j} = fma(select(${type}(), inputAt(select(0, line + column, inside), at), inside), weight, sum${j});
      }`,
      )}
    }
  }`;
}
