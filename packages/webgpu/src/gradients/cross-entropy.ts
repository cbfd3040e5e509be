import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  cast,
  customGrad,
  engine,
  equal,
  exp,
  expandDims,
  fill,
  getKernel,
  greaterEqual,
  less,
  logicalOr,
  logSoftmax,
  mul,
  neg,
  notEqual,
  oneHot,
  reshape,
  scalar,
  sub,
  sum,
  tidy,
  util,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { fullPrecision } from '@halftone/autocast';
import { CROSS_ENTROPY, CROSS_ENTROPY_GRAD } from '../kernels/rows/kernel-names.ts';
import { isRecording } from './recording.ts';

/** Options of `softmaxCrossEntropy`. */
export interface CrossEntropyOptions {
  /** Class of positions that cost nothing, for example padding. Only for labels that are classes. Default -1. */
  readonly ignoreIndex?: number;
}

/**
 * Cross-entropy of logits with labels, for each position, without a float32 copy of the logits.
 *
 * `tf.losses.softmaxCrossEntropy` holds the logarithm of the softmax in float32 until the backward pass: 103 MB for 512
 * positions of a vocabulary of 50,257. On Halftone's WebGPU backend this is one kernel forward, which reads the logits
 * once as they are stored, and one backward, which computes softmax anew from a float32 number for each row and stores
 * the gradient as the logits are. Loss and sums are float32 (Milakov and Gimelshein 2018, "Online normalizer calculation
 * for softmax"). On other backends it is composed of tfjs ops.
 *
 * Allocates two numbers for each position. Never waits for the GPU.
 *
 * @param labels - int32 classes in the shape of `logits` without its last axis, or float32 probabilities in its whole
 *   shape, which are taken to add up to 1 in each row (the gradient relies on it, as tfjs's does)
 * @param logits - float32, classes on the last axis
 * @param options - `ignoreIndex`; any other class out of range makes the loss NaN
 * @returns float32 losses in the shape of `logits` without its last axis; the caller owns them
 * @throws TypeError if labels are neither int32 nor float32
 * @throws RangeError if the shapes do not fit
 *
 * @example
 * const loss = softmaxCrossEntropy(tf.tensor1d([2], 'int32'), tf.zeros([1, 4]));
 * (await loss.data())[0].toFixed(4); // '1.3863'
 */
export function softmaxCrossEntropy(labels: Tensor, logits: Tensor, { ignoreIndex = -1 }: CrossEntropyOptions = {}): Tensor {
  checkShapes(labels, logits);
  const positions = logits.shape.slice(0, -1);
  const classes = logits.shape[logits.rank - 1] as number;
  const rows = util.sizeFromShape(positions);
  const dense = labels.dtype === 'float32';
  return tidy(() => {
    const flatLogits: Tensor2D = reshape(logits, [rows, classes]);
    const flatLabels = reshape(labels, dense ? [rows, classes] : [rows]);
    return reshape(dense ? denseOp(flatLabels, flatLogits) : indexOp(flatLabels, flatLogits, ignoreIndex), positions);
  });
}

function checkShapes(labels: Tensor, logits: Tensor): void {
  if (labels.dtype !== 'int32' && labels.dtype !== 'float32') {
    throw new TypeError(`[webgpu] labels must be int32 classes or float32 probabilities, got ${labels.dtype}. Cast them with tf.cast.`);
  }
  const expected = labels.dtype === 'int32' ? logits.shape.slice(0, -1) : logits.shape;
  if (logits.rank === 0 || !util.arraysEqual(labels.shape, expected)) {
    throw new RangeError(
      `[webgpu] ${labels.dtype} labels for logits [${logits.shape.join(', ')}] must be [${expected.join(', ')}], got [${labels.shape.join(', ')}]. Give one class for each position, or one probability for each logit.`,
    );
  }
}

const hasKernels = (): boolean => getKernel(CROSS_ENTROPY, engine().backendName) !== undefined;

/** The losses and, where kernels of ours made them, what their backward pass reads. */
function forward(labels: Tensor, logits: Tensor, ignoreIndex: number): [loss: Tensor, ...logSum: Tensor[]] {
  if (!hasKernels()) return [composed(labels, logits, ignoreIndex)];
  return engine().runKernel<Tensor[]>(CROSS_ENTROPY, { logits, labels }, { ignoreIndex }) as [Tensor, Tensor];
}

function backward(
  dy: Tensor,
  [labels, logits, logSum]: Tensor[],
  ignoreIndex: number,
): { readonly logits: () => Tensor; readonly labels: () => Tensor } {
  const saved = { dy, labels: labels as Tensor, logits: logits as Tensor };
  if (logSum === undefined || isRecording() || !hasKernels()) return composedGradient(saved, ignoreIndex);
  const run = (wish: string): Tensor => engine().runKernel<Tensor>(CROSS_ENTROPY_GRAD, { ...saved, logSum }, { ignoreIndex, wish });
  return { logits: () => run('logits'), labels: () => run('labels') };
}

type Save = (tensors: Tensor[]) => void;

/** Classes have no gradient, so they are no input of the op. */
function indexOp(labels: Tensor, logits: Tensor, ignoreIndex: number): Tensor {
  return customGrad((x, save) => {
    const [value, ...logSum] = forward(labels, x as Tensor, ignoreIndex);
    (save as Save)([labels, x as Tensor, ...logSum]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => backward(dy, saved, ignoreIndex).logits() };
  })(logits);
}

function denseOp(labels: Tensor, logits: Tensor): Tensor {
  return customGrad((p, x, save) => {
    const [value, ...logSum] = forward(p as Tensor, x as Tensor, -1);
    (save as Save)([p as Tensor, x as Tensor, ...logSum]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const gradient = backward(dy, saved, -1);
      return [gradient.labels(), gradient.logits()];
    };
    return { value, gradFunc };
  })(labels, logits);
}

/** The same of tfjs's own ops. */
function composed(labels: Tensor, logits: Tensor, ignoreIndex: number): Tensor {
  return fullPrecision(() => {
    const gap = neg(logSoftmax(logits));
    if (labels.dtype === 'float32') return sum(where(equal(labels, 0), zerosLike(gap), mul(labels, gap)), -1);
    const classes = logits.shape[1] as number;
    const chosen = cast(oneHot(labels, classes), 'bool');
    const loss = sum(where(chosen, gap, zerosLike(gap)), -1);
    const wrong = logicalOr(less(labels, 0), greaterEqual(labels, classes));
    return where(equal(labels, scalar(ignoreIndex, 'int32')), zerosLike(loss), where(wrong, fill(loss.shape, NaN), loss));
  });
}

/** Gradients that can be differentiated again. */
function composedGradient(
  { dy, labels, logits }: { readonly dy: Tensor; readonly labels: Tensor; readonly logits: Tensor },
  ignoreIndex: number,
): ReturnType<typeof backward> {
  const dense = labels.dtype === 'float32';
  const toLogits = (): Tensor => {
    const chosen = dense ? labels : cast(oneHot(labels, logits.shape[1] as number), 'float32');
    const kept = dense ? dy : mul(dy, cast(notEqual(labels, scalar(ignoreIndex, 'int32')), 'float32'));
    return mul(expandDims(kept, -1), sub(exp(logSoftmax(logits)), chosen));
  };
  const toLabels = (): Tensor => neg(mul(expandDims(dy, -1), logSoftmax(logits)));
  return { logits: () => fullPrecision(toLogits), labels: () => fullPrecision(toLabels) };
}
