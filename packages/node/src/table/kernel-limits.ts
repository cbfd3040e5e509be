import type { HalfPrecision } from '@halftone/policy';
import type { OpAttribute } from '../library/tfjs-binding.ts';
import type { Place } from './kernel-support.ts';

/** On the CPU their float16 kernels are Eigen's, which know channels last alone; the float32 and bfloat16 ones are oneDNN's. */
const CHANNELS_LAST_ONLY: ReadonlySet<string> = new Set(['Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput']);
/** On the CPU their float16 kernels take no dilation. */
const UNDILATED_ONLY: ReadonlySet<string> = new Set([
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
]);

/**
 * Whether an op's 16-bit kernel takes these attributes: some refuse what the float32 kernel of the same op takes.
 *
 * Pure. Seen on TensorFlow 2.21, by specs of tfjs-core.
 */
export function takes(op: string, attributes: readonly OpAttribute[], { device }: Pick<Place, 'device'>, format: HalfPrecision): boolean {
  if (device !== 'cpu' || format !== 'float16') return true;
  const value = (name: string): unknown => attributes.find((attribute) => attribute.name === name)?.value;
  if (CHANNELS_LAST_ONLY.has(op)) return value('data_format') !== 'NCHW';
  const dilations = UNDILATED_ONLY.has(op) ? value('dilations') : undefined;
  return !Array.isArray(dilations) || dilations.every((one) => one === 1);
}
