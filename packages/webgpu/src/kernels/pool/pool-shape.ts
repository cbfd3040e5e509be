import type { backend_util } from '@tensorflow/tfjs-core';
import type { DeviceTraits, Param } from '../kernel-source.ts';
import { spreadGroups } from '../kernel-source.ts';
import { POOL_WORKGROUP } from './pool-table.ts';

/** Pooling of an NHWC tensor. */
export interface PoolShape {
  readonly batch: number;
  readonly channels: number;
  readonly input: readonly [height: number, width: number];
  readonly output: readonly [height: number, width: number];
  readonly filter: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  /** Rows above and columns left of the input that windows reach into. */
  readonly padding: readonly [top: number, left: number];
}

/** What tfjs computes from shapes and attributes, as far as the kernels need it. */
export function poolShape(info: backend_util.Conv2DInfo): PoolShape {
  return {
    batch: info.batchSize,
    channels: info.inChannels,
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    filter: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    padding: [info.padInfo.top, info.padInfo.left],
  };
}

/** A key of all numbers of a shape. */
export function poolKey({ batch, channels, input, output, filter, stride, padding }: PoolShape): string {
  return [batch, channels, ...input, ...output, ...filter, ...stride, ...padding].join('_');
}

/** Channels in one load. */
export function poolWidth({ channels }: PoolShape): 1 | 2 | 4 {
  return channels % 4 === 0 ? 4 : channels % 2 === 0 ? 2 : 1;
}

/** The numbers of inputs and outputs. */
export function poolSizes({ batch, channels, input, output }: PoolShape): { readonly inputs: number; readonly outputs: number } {
  return { inputs: batch * input[0] * input[1] * channels, outputs: batch * output[0] * output[1] * channels };
}

/** How a pooling kernel is cut: one invocation for each load of channels at each place of a grid. */
export interface PoolPlan {
  readonly type: string;
  readonly workgroup: number;
  readonly dispatch: readonly [number, number, number];
  readonly params: readonly Param[];
  /** WGSL that finds `group` (of channels), `column`, `line` and `batch`; what follows runs inside an open block. */
  readonly head: string;
}

/** Plans one invocation for each place of a grid of `lines` × `columns` in each image. */
export function planPool(
  shape: PoolShape,
  [lines, columns]: readonly [number, number],
  { adapterClass, maxInvocations }: DeviceTraits,
): PoolPlan {
  const workgroup = Math.min(POOL_WORKGROUP[adapterClass], maxInvocations);
  const width = poolWidth(shape);
  const places = shape.batch * lines * columns * (shape.channels / width);
  const pairs = { in: shape.input, out: shape.output, filter: shape.filter, stride: shape.stride } as const;
  const numbers: Record<string, number> = {
    places,
    lines,
    columns,
    loads: shape.channels / width,
    padTop: shape.padding[0],
    padLeft: shape.padding[1],
  };
  for (const [name, [height, span]] of Object.entries(pairs)) {
    numbers[`${name}Height`] = height;
    numbers[`${name}Width`] = span;
  }
  return {
    type: width === 1 ? 'f32' : `vec${width}<f32>`,
    workgroup,
    dispatch: spreadGroups(Math.ceil(places / workgroup)),
    params: Object.entries(numbers).map(([name, value]) => ({ name, type: 'i32', value })),
    head: `
  let place = i32(groupIndex) * ${workgroup} + i32(localIndex);
  if (place < params.places) {
    let load = place % params.loads;
    let column = (place / params.loads) % params.columns;
    let line = (place / params.loads / params.columns) % params.lines;
    let image = place / params.loads / params.columns / params.lines;`,
  };
}
