import { message, show } from '../bytes/model-file-error.ts';

/** How a tensor changes its layout on the way from a PyTorch file into a tfjs model. */
export type Transform = 'none' | 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'conv2dTranspose' | 'depthwiseConv2d';

interface TransformRow {
  /** tfjs axis i is PyTorch axis `axes[i]`. */
  readonly axes: readonly number[];
  /** The layouts, for messages. */
  readonly from: string;
  readonly to: string;
}

/**
 * Every change of layout that is known. Each weight names one: a square matrix looks the same before and after, so a guess
 * from shapes would be wrong without a sign.
 */
export const transforms: Readonly<Record<Transform, TransformRow>> = {
  none: { axes: [], from: 'any', to: 'the same' },
  linear: { axes: [1, 0], from: '[out, in]', to: '[in, out]' },
  conv1d: { axes: [2, 1, 0], from: '[out, in, w]', to: '[w, in, out]' },
  conv2d: { axes: [2, 3, 1, 0], from: '[out, in, h, w]', to: '[h, w, in, out]' },
  conv3d: { axes: [2, 3, 4, 1, 0], from: '[out, in, d, h, w]', to: '[d, h, w, in, out]' },
  conv2dTranspose: { axes: [2, 3, 1, 0], from: '[in, out, h, w]', to: '[h, w, out, in]' },
  depthwiseConv2d: { axes: [3, 4, 0, 1], from: '[channels × multiplier, 1, h, w]', to: '[h, w, channels, multiplier]' },
};

type Numbers = ArrayLike<unknown> & { slice(): Numbers };

/**
 * Moves the numbers of a tensor from PyTorch's layout into that of tfjs; bit patterns move as they are.
 *
 * @param data - any typed array; not changed
 * @param shape - in the file
 * @param target - in the model; only a depthwise filter needs it, to tell channels from multipliers
 */
export function applyTransform<T extends ArrayLike<unknown>>(
  transform: Transform,
  { data, shape, target }: { readonly data: T; readonly shape: readonly number[]; readonly target: readonly number[] },
): { data: T; shape: readonly number[] } {
  const { axes } = rowOf(transform);
  if (axes.length === 0) return { data, shape };
  const split = splitShape(transform, shape, target);
  return { data: permute(data, split, axes), shape: axes.map((axis) => split[axis] as number) };
}

/** The way back: from the layout of tfjs into that of PyTorch. */
export function undoTransform<T extends ArrayLike<unknown>>(
  transform: Transform,
  { data, shape }: { readonly data: T; readonly shape: readonly number[] },
): { data: T; shape: readonly number[] } {
  const { axes, to } = rowOf(transform);
  if (axes.length === 0) return { data, shape };
  if (shape.length !== (transform === 'depthwiseConv2d' ? 4 : axes.length)) throw misfit(transform, shape, to);
  const whole = transform === 'depthwiseConv2d' ? [...shape, 1] : shape; // [h, w, channels, multiplier, 1]
  const back = transform === 'depthwiseConv2d' ? [2, 3, 4, 0, 1] : axes.map((_, axis) => axes.indexOf(axis));
  const result = back.map((axis) => whole[axis] as number);
  const [channels = 1, multiplier = 1, ...rest] = result;
  return { data: permute(data, whole, back), shape: transform === 'depthwiseConv2d' ? [channels * multiplier, ...rest] : result };
}

function rowOf(transform: Transform): TransformRow {
  if (!Object.hasOwn(transforms, transform)) {
    throw new RangeError(
      message(`a transform must be one of ${Object.keys(transforms).join(', ')}`, show(transform), "Use 'none' for what stays as it is."),
    );
  }
  return transforms[transform];
}

/** The shape in the file with as many axes as the row counts: channels and multipliers of a depthwise filter are one axis there. */
function splitShape(transform: Transform, shape: readonly number[], target: readonly number[]): readonly number[] {
  const { axes, from } = transforms[transform];
  if (transform !== 'depthwiseConv2d') {
    if (shape.length !== axes.length) throw misfit(transform, shape, from);
    return shape;
  }
  const [both, one, height, width] = shape;
  const channels = target[2];
  if (shape.length !== 4 || one !== 1 || channels === undefined || channels === 0 || (both as number) % channels !== 0)
    throw misfit(transform, shape, from);
  return [channels, (both as number) / channels, 1, height as number, width as number];
}

const misfit = (transform: Transform, shape: readonly number[], layout: string): RangeError =>
  new RangeError(message(`transform '${transform}' needs the layout ${layout}`, show(shape), 'Name another transform for this weight.'));

function permute<T extends ArrayLike<unknown>>(data: T, shape: readonly number[], axes: readonly number[]): T {
  const result = (data as unknown as Numbers).slice() as unknown as T & Record<number, unknown>;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const lengths = axes.map((axis) => shape[axis] as number);
  const steps = axes.map((axis) => strides[axis] as number);
  const at = lengths.map(() => 0);
  for (let i = 0, from = 0; i < data.length; i++) {
    result[i] = data[from];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (lengths[axis] as number)) break;
      from -= (steps[axis] as number) * (lengths[axis] as number);
      at[axis] = 0;
    }
  }
  return result;
}
