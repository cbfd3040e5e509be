import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { oneHot, tensor, tensor1d, tidy, train } from '@tensorflow/tfjs-core';
import { dynamicLossScale } from '@halftone/loss-scale';
import { mixedPrecisionOptimizer } from '@halftone/optimizer';
import { randomNumbers } from '../doctor/random-numbers.ts';
import { CLASSES, resNet50 } from './resnet-50.ts';

export interface TrainingShape {
  /** Side of the pictures. */
  readonly side: number;
  readonly batch: number;
  /** Steps that are timed; two and more run before. */
  readonly steps: number;
}

/** One training of ResNet-50 on one batch. */
export interface TrainingRun {
  /** `stock` is tfjs-node without the plug-in. */
  readonly policy: 'stock' | 'mixed_float16' | 'mixed_bfloat16';
  /** Of one step, its loss read; sorted as they came. */
  readonly milliseconds: readonly number[];
  readonly medianMilliseconds: number;
  readonly picturesPerSecond: number;
  /** The first two are those of the warm-up. */
  readonly losses: readonly number[];
  /** Steps of the warm-up that overflowed, until the scale of the loss was low enough. */
  readonly skipped: number;
}

const LEARNING_RATE = 0.001;
const MOMENTUM = 0.9;
const FIRST_SCALE = 1024; // the usual 65536 overflows in this untrained network, and the search for a scale is not what is timed
const MOST_SKIPPED = 24; // from 2^10 down to the least scale

/**
 * Trains ResNet-50 from the same weights on the same made-up pictures: momentum, and with a policy the loss scaling that belongs to it.
 *
 * Waits for every step. Frees all that it made.
 *
 * @param afterWarmUp - called once before the timed steps
 */
export function trainingRun(
  policy: TrainingRun['policy'],
  { side, batch, steps }: TrainingShape,
  afterWarmUp: () => void = () => undefined,
): TrainingRun {
  const network = resNet50();
  const pictures = tidy(() => tensor(randomNumbers(batch * side * side * 3, 77), [batch, side, side, 3])) as Tensor4D;
  const labels = tidy(() =>
    oneHot(
      tensor1d(
        Array.from({ length: batch }, (_, i) => (i * 7) % CLASSES),
        'int32',
      ),
      CLASSES,
    ),
  ) as Tensor2D;
  const bare = train.momentum(LEARNING_RATE, MOMENTUM);
  const optimizer =
    policy === 'stock'
      ? bare
      : mixedPrecisionOptimizer(bare, {
          policy,
          ...(policy === 'mixed_float16' ? { lossScale: dynamicLossScale({ initialScale: FIRST_SCALE }) } : {}),
        });
  const loss = (): ReturnType<typeof network.loss> => network.loss(pictures, labels);
  const step = (): number => {
    const value = optimizer.minimize(loss, true, [...network.variables]);
    const [read = Number.NaN] = value?.dataSync() ?? [];
    value?.dispose();
    return read;
  };
  try {
    const losses = [step(), step()];
    let skipped = 0;
    for (; losses[1] === losses[0] && skipped < MOST_SKIPPED; skipped++) losses[1] = step(); // the weights have not moved yet
    afterWarmUp();
    const milliseconds = Array.from({ length: steps }, () => {
      const start = performance.now();
      losses.push(step());
      return performance.now() - start;
    });
    const median = [...milliseconds].sort((a, b) => a - b)[steps >> 1] as number;
    return { policy, milliseconds, medianMilliseconds: median, picturesPerSecond: (1000 * batch) / median, losses, skipped };
  } finally {
    optimizer.dispose();
    network.dispose();
    pictures.dispose();
    labels.dispose();
  }
}
