import { createRandom, drawDigits } from '@halftone/data';
import type { ImageClasses } from '../protocol.ts';
import { epochOrder } from './epoch-order.ts';
import type { HostBatch, Task, TaskOptions } from './task.ts';

const DRAWN = { train: 2000, heldOut: 320 } as const;
/** Every so many-th picture of a class is held out. */
const HELD_OUT_EVERY = 5;
/** Pictures that are judged at once; how many does not depend on the batch that trains. */
const JUDGED = 32;

/** Pictures with a class each, of any number of channels. */
interface Pictures {
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly pixels: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** Digits that the data package draws: 2,000 to learn from and 320 others. */
export function digitTask({ batch, seed }: TaskOptions): Task {
  const [train, heldOut] = [drawnDigits(DRAWN.train, seed, 'train'), drawnDigits(DRAWN.heldOut, seed, 'held-out')];
  const order = epochOrder(train.labels.length, { batch, seed });
  return {
    shape: { model: 'cnn', side: train.side, channels: 1, classes: 10 },
    source: `${train.labels.length} digits drawn by this page, ${heldOut.labels.length} others held out, ${train.side}x${train.side}`,
    batch: (step) => picked(train, order(step)),
    heldOut: () => inGroups(heldOut, indices(heldOut.labels.length)),
  };
}

/** A visitor's own pictures, of which a fifth of each class is held out. */
export function imageTask({ side, pixels, labels, classes }: ImageClasses, { batch, seed }: TaskOptions): Task {
  const all: Pictures = { side, channels: 3, classes: classes.length, pixels, labels };
  const { learned, others } = parted(labels, seed);
  const order = epochOrder(learned.length, { batch, seed });
  return {
    shape: { model: 'cnn', side, channels: 3, classes: classes.length },
    source: `${learned.length} images of ${classes.length} classes (${classes.slice(0, 6).join(', ')}${classes.length > 6 ? ', …' : ''}), ${others.length} others held out, ${side}x${side}`,
    batch: (step) =>
      picked(
        all,
        order(step).map((index) => learned[index] ?? 0),
      ),
    heldOut: () => inGroups(all, others),
  };
}

function drawnDigits(count: number, seed: number, stream: string): Pictures {
  return { ...drawDigits(count, seed, stream), channels: 1, classes: 10 };
}

function parted(labels: Uint8Array, seed: number): { readonly learned: readonly number[]; readonly others: readonly number[] } {
  const [learned, others]: [number[], number[]] = [[], []];
  const random = createRandom(seed, 'held-out');
  const phases = Array.from({ length: 256 }, () => random.integer(HELD_OUT_EVERY));
  const seen = new Uint32Array(256);
  labels.forEach((label, index) => {
    const isHeldOut = (seen[label] ?? 0) % HELD_OUT_EVERY === phases[label] && (seen[label] ?? 0) > 0; // the first of a class is always learned from
    seen[label] = (seen[label] ?? 0) + 1;
    (isHeldOut ? others : learned).push(index);
  });
  return { learned, others };
}

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

function inGroups(set: Pictures, which: readonly number[]): readonly HostBatch[] {
  const groups = Math.ceil(which.length / JUDGED);
  return Array.from({ length: groups }, (_, i) => picked(set, Int32Array.from(which.slice(i * JUDGED, (i + 1) * JUDGED))));
}

function picked({ side, channels, pixels, labels }: Pictures, which: Int32Array): HostBatch {
  const size = side * side * channels;
  const data = new Float32Array(which.length * size);
  which.forEach((index, row) => data.set(pixels.subarray(index * size, (index + 1) * size), row * size));
  return {
    inputs: { shape: [which.length, side, side, channels], data },
    targets: { shape: [which.length], data: which.map((index) => labels[index] ?? 0) },
  };
}
