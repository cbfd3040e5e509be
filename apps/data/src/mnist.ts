import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readIdx } from './idx-file.ts';
import { pick, type DigitData, type ImageSet } from './image-set.ts';

/** Of a folder that has the 10,000 test pictures only, every fifth is held out: 8,000 to train on, 2,000 to judge by. */
const HELD_OUT_EVERY = 5;

/** How the files are named in the wild. */
const NAMES = {
  train: { images: ['train-images-idx3-ubyte', 'train-images.idx3-ubyte'], labels: ['train-labels-idx1-ubyte', 'train-labels.idx1-ubyte'] },
  test: { images: ['t10k-images-idx3-ubyte', 't10k-images.idx3-ubyte'], labels: ['t10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte'] },
} as const;

/**
 * Reads real MNIST from a folder of IDX files, gzip or not.
 *
 * With both pairs of files the `train-` pair is trained on and the `t10k-` pair held out, as everybody does. With one pair only, every fifth picture of it is held out.
 *
 * Reads files and waits for the disk; 10,000 pictures take 31 MB as float32.
 *
 * @param folder - where the files are
 * @param options - `images`: train on that many at most (all by default)
 * @returns pixels from 0 to 1
 * @throws Error when the folder or a file is missing, unreadable, cut short, of another kind, or the two files of a pair do not fit each other
 */
export function mnistData(folder: string, options: { readonly images?: number | undefined } = {}): DigitData {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(
      `[data] MNIST must lie in a folder, got ${folder}. Put MNIST's IDX files (t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz) into one.`,
    );
  }
  const train = readPair(folder, NAMES.train);
  const test = readPair(folder, NAMES.test);
  const first = train ?? test;
  if (first === undefined) {
    const found = readdirSync(folder).slice(0, 5).join(', ') || 'nothing';
    throw new Error(
      `[data] MNIST must lie in a folder with ${NAMES.test.images[0]} or ${NAMES.train.images[0]} (.gz or not), got ${folder} with ${found}. Put the original MNIST files there.`,
    );
  }
  if (train !== undefined && test !== undefined) {
    if (train.side !== test.side)
      throw new Error(
        `[data] both pairs in ${folder} must have pictures of one size, got ${train.side} and ${test.side} pixels. Download them again.`,
      );
    return described(atMost(train, options.images), test, 'the train- pair to learn from, the t10k- pair held out');
  }
  const indices = Array.from(first.labels, (_, i) => i);
  const held = (i: number): boolean => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const learned = pick(
    first,
    indices.filter((i) => !held(i)),
  );
  return described(atMost(learned, options.images), pick(first, indices.filter(held)), 'every fifth picture held out');
}

function described(train: ImageSet, heldOut: ImageSet, how: string): DigitData {
  return {
    source: `MNIST: ${train.labels.length} pictures to learn from, ${heldOut.labels.length} held out, ${train.side}x${train.side} (${how})`,
    train,
    heldOut,
  };
}

function atMost(set: ImageSet, count: number | undefined): ImageSet {
  return count === undefined || count >= set.labels.length
    ? set
    : pick(
        set,
        Array.from({ length: count }, (_, i) => i),
      );
}

function readPair(folder: string, names: { readonly images: readonly string[]; readonly labels: readonly string[] }): ImageSet | undefined {
  const imagesPath = locate(folder, names.images);
  const labelsPath = locate(folder, names.labels);
  if (imagesPath === undefined && labelsPath === undefined) return undefined;
  if (imagesPath === undefined || labelsPath === undefined) {
    const missing = imagesPath === undefined ? names.images[0] : names.labels[0];
    throw new Error(`[data] pictures and labels must lie together, got only ${imagesPath ?? labelsPath}. Put ${missing}.gz beside it.`);
  }
  const images = readIdx(imagesPath, 3);
  const labels = readIdx(labelsPath, 1);
  const [count, height, width] = images.shape;
  if (height !== width || height === undefined || height < 12) {
    throw new Error(
      `[data] ${imagesPath} must hold square pictures of 12 pixels or more, got ${images.shape.join('x')}. Give the folder of the original MNIST files.`,
    );
  }
  if (count !== labels.shape[0])
    throw new Error(
      `[data] ${labelsPath} must have one label per picture, got ${labels.shape[0]} labels for ${count} pictures. Both files must come from one download.`,
    );
  const wrong = labels.bytes.find((label) => label > 9);
  if (wrong !== undefined)
    throw new Error(`[data] ${labelsPath} must hold the digits 0 to 9, got ${wrong}. Give the folder of the original MNIST files.`);
  return { side: height, pixels: Float32Array.from(images.bytes, (byte) => byte / 255), labels: Uint8Array.from(labels.bytes) };
}

function locate(folder: string, names: readonly string[]): string | undefined {
  return names
    .flatMap((name) => [name, `${name}.gz`])
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}
