import type { Port } from '../kernel-source.ts';
import type { ConvShape } from '../conv/conv-shape.ts';
import { vectorType, widthOf } from '../conv/conv-shape.ts';

/** How a depthwise kernel reads its channels: output channel d belongs to input channel d / multiplier. */
export interface DepthwiseChannels {
  readonly multiplier: number;
  /** Output channels in one load or store. */
  readonly width: 1 | 4;
  /** Groups of `width` output channels. */
  readonly groups: number;
}

/** Pure. */
export function depthwiseChannels({ inChannels, outChannels }: ConvShape): DepthwiseChannels {
  const width = widthOf(outChannels);
  return { multiplier: outChannels / inChannels, width, groups: outChannels / width };
}

/** The port of x: as wide as the output's where each input channel has one output channel, else read one by one. Pure. */
export function inputPort(name: string, size: number, { multiplier, width }: DepthwiseChannels): Port {
  return { name, access: 'read', type: 'f32', width: multiplier === 1 ? width : 1, size };
}

/** `fn inputAt(pixel, group)`: the input of one group of output channels at a pixel. Pure. */
export function readFunction({ multiplier, width }: DepthwiseChannels): string {
  const type = vectorType(width);
  if (multiplier === 1) return `fn inputAt(pixel : i32, group : i32) -> ${type} { return load_x(pixel * params.groups + group); }`;
  const one = (k: number): string => `load_x(pixel * params.inChannels + (group * ${width} + ${k}) / params.multiplier)`;
  const all = width === 1 ? one(0) : `vec4<f32>(${[0, 1, 2, 3].map(one).join(', ')})`;
  return `fn inputAt(pixel : i32, group : i32) -> ${type} { return ${all}; }`;
}
