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
 * A depthwise convolution. An invocation computes a rectangle of pixels for one group of channels, so that neighbours
 * share what they read. Inputs: x, filter, then bias and slopes if `end` has them.
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

/** Taps that are written out, as a rectangle of pixels shares its inputs only if it is known which ones. */
const MOST_TAPS = 25;
const MOST_STRIDE = 2;

/** Pure. */
export function depthwiseSource({ name, shape, end, turned }: DepthwiseRequest, { device, inputs, outputs }: BuildContext): KernelSource {
  const tile = CONV_TILES[device.adapterClass].depthwise;
  const channels = depthwiseChannels(shape);
  const { width, groups, multiplier } = channels;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, outHeight, outWidth } = shape;
  const isShared =
    filterHeight * filterWidth <= MOST_TAPS && Math.max(strideHeight, strideWidth) <= MOST_STRIDE && dilationHeight * dilationWidth === 1;
  const [high, wide] = [isShared ? evenTile(outHeight, tile.height) : 1, evenTile(outWidth, tile.width)];
  const [tilesY, tilesX] = [Math.ceil(outHeight / high), Math.ceil(outWidth / wide)];
  const text = { shape, high, wide, turned, lanes: tile.lanes, type: vectorType(width) };
  return {
    name,
    ports: [
      inputPort('x', inputs[0]?.size ?? 0, channels),
      { name: 'w', access: 'read', type: 'f32', width, size: inputs[1]?.size ?? 0 },
      ...endPorts(end, width),
      { name: 'y', access: 'write', type: 'f32', width, size: outputs[0]?.size ?? 0 },
    ],
    params: [...shapeParams(shape, { groups, multiplier, tilesY, tilesX }), { name: 'leak', type: 'f32', value: end.leak }],
    workgroupSize: [tile.lanes, 1, 1],
    dispatch: spreadGroups(Math.ceil((shape.batch * tilesY * tilesX * groups) / tile.lanes)),
    declarations: `${readFunction(channels)}\n${finishFunction(end, width)}`,
    main: mainOf(text, isShared ? sharedBody(text) : loopBody(text)),
  };
}

interface Text {
  readonly shape: ConvShape;
  /** Output pixels of an invocation. */
  readonly high: number;
  readonly wide: number;
  readonly turned: boolean;
  readonly lanes: number;
  readonly type: string;
}

function mainOf({ high, wide, lanes, type }: Text, body: string): string {
  return `
  let lane = i32(groupIndex) * ${lanes} + i32(localIndex);
  let at = lane % params.groups;
  let tileX = lane / params.groups % params.tilesX;
  let tileY = lane / params.groups / params.tilesX % params.tilesY;
  let image = lane / params.groups / params.tilesX / params.tilesY;
  if (image >= params.batch) { return; }
  let oy = tileY * ${high};
  let ox = tileX * ${wide};
  let top = oy * params.strideHeight - params.padTop;
  let left = ox * params.strideWidth - params.padLeft;
  ${unroll(high, (i) => unroll(wide, (j) => `var sum${i}_${j} = ${type}();`))}
${body}
  ${unroll(high, (i) =>
    unroll(
      wide,
      (j) => `if (oy + ${i} < params.outHeight && ox + ${j} < params.outWidth) {
    store_y(((image * params.outHeight + oy + ${i}) * params.outWidth + ox + ${j}) * params.groups + at, finish(sum${i}_${j}, at));
  }`,
    ),
  )}`;
}

/** All taps and inputs by name: each input is read once. */
function sharedBody({ shape, high, wide, turned, type }: Text): string {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = shape;
  const taps = filterHeight * filterWidth;
  const columns = (wide - 1) * strideWidth + filterWidth;
  const products = (y: number): string =>
    unroll(high, (i) => {
      const ky = y - i * strideHeight;
      if (ky < 0 || ky >= filterHeight) return '';
      return unroll(filterWidth, (kx) =>
        unroll(wide, (j) => `sum${i}_${j} = fma(x${j * strideWidth + kx}, w${ky * filterWidth + kx}, sum${i}_${j});`),
      );
    });
  return `
  ${unroll(taps, (tap) => `let w${tap} = load_w(${turned ? taps - 1 - tap : tap} * params.groups + at);`)}
  ${unroll(columns, (x) => `let inside${x} = left + ${x} >= 0 && left + ${x} < params.inWidth;`)}
  ${unroll(
    (high - 1) * strideHeight + filterHeight,
    (y) => `{
    let iy = top + ${y};
    let isLine = iy >= 0 && iy < params.inHeight;
    let line = (image * params.inHeight + iy) * params.inWidth + left;
    ${unroll(
      columns,
      (x) => `let isIn${x} = isLine && inside${x};
    let x${x} = select(${type}(), inputAt(select(0, line + ${x}, isIn${x}), at), isIn${x});`,
    )}
    ${products(y)}
  }`,
  )}`;
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
      sum0_${j} = fma(select(${type}(), inputAt(select(0, line + column, inside), at), inside), weight, sum0_${j});
      }`,
      )}
    }
  }`;
}
