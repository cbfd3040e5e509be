import type { KernelConfig, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Recorder } from '../../graph/record.ts';
import { depthwiseForward } from '../depthwise/depthwise-forward.ts';
import { depthwiseFilterGradient } from '../depthwise/depthwise-filter-gradient.ts';
import { depthwiseInputGradient } from '../depthwise/depthwise-input-gradient.ts';
import type { KernelRecipe } from '../kernel-source.ts';
import type { ConvEnd } from './activation.ts';
import { isActivation, PLAIN_END } from './activation.ts';
import { convFilterGradient } from './conv-filter-gradient.ts';
import { convForward } from './conv-forward.ts';
import { convInputGradient } from './conv-input-gradient.ts';
import type { ConvShape } from './conv-shape.ts';
import { convShape } from './conv-shape.ts';
import { filterSplits } from './filter-splits.ts';
import { sumPartials } from './sum-partials.ts';

/** A kernel of ours, ready to be registered under its name. */
export type OwnKernel = Pick<KernelConfig, 'kernelName' | 'kernelFunc'>;

type KernelFunc = KernelConfig['kernelFunc'];
type Params = Parameters<KernelFunc>[0];
type Pair = readonly [number, number];

/** Attributes of all eight kernels; a kernel has some of them. */
interface ConvAttrs {
  readonly strides: Pair | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: Pair | number | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape?: [number, number, number, number];
  readonly filterShape?: [number, number, number, number];
  readonly activation?: string | null;
  readonly leakyreluAlpha?: number;
}

/** Which tensors a kernel reads, and how it is recorded; `null` leaves it to stock. */
interface Row {
  readonly kernelName: string;
  readonly depthwise: boolean;
  record(call: Call): TensorInfo[] | null;
}

interface Call {
  readonly shape: ConvShape;
  readonly info: backend_util.Conv2DInfo;
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly attrs: ConvAttrs;
  readonly backend: Recorder & { disposeData(dataId: object): boolean };
}

const ROWS: readonly Row[] = [
  { kernelName: 'Conv2D', depthwise: false, record: (call) => forward(call, convForward) },
  { kernelName: 'FusedConv2D', depthwise: false, record: (call) => forward(call, convForward) },
  { kernelName: 'DepthwiseConv2dNative', depthwise: true, record: (call) => forward(call, depthwiseForward) },
  { kernelName: 'FusedDepthwiseConv2D', depthwise: true, record: (call) => forward(call, depthwiseForward) },
  { kernelName: 'Conv2DBackpropInput', depthwise: false, record: (call) => inputGradient(call, convInputGradient) },
  { kernelName: 'DepthwiseConv2dNativeBackpropInput', depthwise: true, record: (call) => inputGradient(call, depthwiseInputGradient) },
  { kernelName: 'Conv2DBackpropFilter', depthwise: false, record: (call) => filterGradient(call, convFilterGradient) },
  { kernelName: 'DepthwiseConv2dNativeBackpropFilter', depthwise: true, record: (call) => filterGradient(call, depthwiseFilterGradient) },
];

/**
 * Convolutions of our own: forward (with bias and activation), input gradient and filter gradient, plain and depthwise.
 * What they do not cover goes to the kernel that tfjs has: channels first, gradients of another shape than the output's, anything but float32, empty tensors,
 * slopes of `prelu` that differ from pixel to pixel.
 *
 * Pure; the kernels record and never wait.
 */
export function convKernels(stock: (kernelName: string) => KernelFunc): OwnKernel[] {
  return ROWS.map((row) => {
    const fallback = stock(row.kernelName);
    return { kernelName: row.kernelName, kernelFunc: (params) => run(row, params) ?? fallback(params) };
  });
}

function run({ depthwise, record }: Row, { inputs, attrs, backend }: Params): TensorInfo[] | TensorInfo | null {
  const tensors = inputs as Call['inputs'];
  const options = (attrs ?? {}) as NamedAttrMap as unknown as ConvAttrs;
  if (!Object.values(tensors).every((info) => info === undefined || info === null || isCovered(info))) return null;
  if ((options.dataFormat ?? 'NHWC') !== 'NHWC') return null;
  const xShape = options.inputShape ?? (tensors['x'] as TensorInfo).shape;
  const filter = options.filterShape ?? (tensors['filter'] as TensorInfo).shape;
  if (util.sizeFromShape(xShape) === 0 || util.sizeFromShape(filter) === 0) return null;
  const info = backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filter as [number, number, number, number],
    options.strides as [number, number],
    (options.dilations ?? [1, 1]) as [number, number],
    options.pad,
    options.dimRoundingMode,
    depthwise,
    'channelsLast',
  );
  if (util.sizeFromShape(info.outShape) === 0) return null;
  const call = { shape: convShape(info), info, inputs: tensors, attrs: options, backend: backend as unknown as Call['backend'] };
  const results = record(call);
  return results === null ? null : (results[0] as TensorInfo);
}

function isCovered({ dtype, shape }: TensorInfo): boolean {
  return dtype === 'float32' && util.sizeFromShape(shape) > 0;
}

function forward(
  { shape, info, inputs, attrs, backend }: Call,
  recipe: (shape: ConvShape, end: ConvEnd) => KernelRecipe,
): TensorInfo[] | null {
  const { bias, preluActivationWeights: slopes } = inputs;
  const activation = attrs.activation ?? 'linear';
  if (!isActivation(activation) || (activation === 'prelu') !== isTensor(slopes)) return null;
  const channels = info.outChannels;
  if (![bias, slopes].every((info) => !isTensor(info) || isByChannel(info, channels))) return null;
  const [biasSize, slopeSize] = [bias, slopes].map((info) => (isTensor(info) ? util.sizeFromShape(info.shape) : 0)) as [number, number];
  const end = { ...PLAIN_END, activation, leak: attrs.leakyreluAlpha ?? 0, bias: biasSize, slopes: slopeSize };
  return backend.record({
    recipe: recipe(shape, end),
    inputs: [inputs['x'], inputs['filter'], bias, slopes].filter(isTensor),
    outputs: [{ shape: info.outShape, dtype: 'float32' }],
  });
}

function isTensor(info: TensorInfo | undefined | null): info is TensorInfo {
  return info !== undefined && info !== null;
}

/** tfjs lets `conv2dTranspose` name an output that is not the one that its strides and padding give. */
function isShapedAs(info: TensorInfo | undefined, shape: readonly number[]): boolean {
  return info !== undefined && util.arraysEqual(info.shape, [...shape]);
}

/** One number, or one for each channel. */
function isByChannel({ shape }: TensorInfo, channels: number): boolean {
  const size = util.sizeFromShape(shape);
  return size === 1 || (size === channels && shape[shape.length - 1] === channels);
}

function inputGradient({ shape, info, inputs, backend }: Call, recipe: (shape: ConvShape) => KernelRecipe): TensorInfo[] | null {
  if (!isShapedAs(inputs['dy'], info.outShape)) return null;
  const tensors = [inputs['dy'], inputs['filter']].filter(isTensor);
  return backend.record({ recipe: recipe(shape), inputs: tensors, outputs: [{ shape: info.inShape, dtype: 'float32' }] });
}

function filterGradient(
  { shape, info, inputs, backend }: Call,
  recipe: (shape: ConvShape, splits: number) => KernelRecipe,
): TensorInfo[] | null {
  if (!isShapedAs(inputs['x'], info.inShape) || !isShapedAs(inputs['dy'], info.outShape)) return null;
  const tensors = [inputs['x'], inputs['dy']].filter(isTensor);
  const elements = util.sizeFromShape(info.filterShape);
  const splits = filterSplits(elements, shape.batch * shape.outHeight * shape.outWidth);
  const result = { shape: info.filterShape, dtype: 'float32' } as const;
  if (splits === 1) return backend.record({ recipe: recipe(shape, 1), inputs: tensors, outputs: [result] });
  const partials = backend.record({
    recipe: recipe(shape, splits),
    inputs: tensors,
    outputs: [{ shape: [splits, elements], dtype: 'float32', storage: 'float32' }],
  });
  const sum = backend.record({ recipe: sumPartials(elements, splits), inputs: partials, outputs: [result] });
  for (const { dataId } of partials) backend.disposeData(dataId);
  return sum;
}
