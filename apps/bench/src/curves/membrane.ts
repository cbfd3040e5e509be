import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toTensor } from '../models/host-array.ts';
import type { Batch } from '../models/model.ts';
import { seeded, type Seeded } from '../models/seeded.ts';
import type { CurveData, CurveDataOptions } from './curve-data.ts';
import { readGreyPng } from './grey-png.ts';

const LEARNED = 24; // of 30 pictures; the rest is held out
const ALL = 30;
const FILE_SIDE = 512;
const SIDE = FILE_SIDE / 2; // half the resolution: a small crop then shows several cells

interface Slice {
  /** Around 0, of order 1. */
  readonly picture: Float32Array;
  /** 1 where there is no membrane. */
  readonly mask: Float32Array;
}

/** Slices of a fly's nerve cord under an electron microscope with masks of the membranes (ISBI challenge 2012): random crops, mirrored at random. */
export function membraneData({ folder, batch, size, seed }: CurveDataOptions): CurveData {
  const slices = Array.from({ length: ALL }, (_, i) => readSlice(join(folder, 'membrane'), i));
  const [learned, others] = [slices.slice(0, LEARNED), slices.slice(LEARNED)];
  return {
    train: (step) => crops(learned, seeded(seed * 1_000_003 + step), { batch, size }),
    heldOut: (index) => crops(others, seeded(-1 - index), { batch, size }), // the same for every seed
  };
}

function readSlice(folder: string, index: number): Slice {
  const read = (kind: string): Uint8Array => {
    const { width, height, pixels } = readGreyPng(readFileSync(join(folder, kind, `${index}.png`)));
    if (width !== FILE_SIDE || height !== FILE_SIDE)
      throw new Error(
        `[bench] membrane/${kind}/${index}.png must be ${FILE_SIDE}x${FILE_SIDE}, got ${width}x${height}. Put the original files there.`,
      );
    return pixels;
  };
  return {
    picture: halved(read('image')).map((grey) => (grey - 128) / 64),
    mask: halved(read('label')).map((grey) => (grey >= 128 ? 1 : 0)),
  };
}

/** The mean of each two by two pixels. */
function halved(pixels: Uint8Array): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const at = 2 * (Math.floor(i / SIDE) * FILE_SIDE + (i % SIDE));
    const corners = [at, at + 1, at + FILE_SIDE, at + FILE_SIDE + 1];
    return corners.reduce((sum, corner) => sum + (pixels[corner] ?? 0), 0) / 4;
  });
}

function crops(slices: readonly Slice[], random: Seeded, { batch, size }: { readonly batch: number; readonly size: number }): Batch {
  const shape = [batch, size, size, 1];
  const [inputs, targets] = [new Float32Array(batch * size * size), new Float32Array(batch * size * size)];
  for (let row = 0; row < batch; row += 1) {
    const slice = slices[random.integers(1, slices.length)[0] ?? 0];
    const [top = 0, left = 0] = random.integers(2, SIDE - size + 1);
    const [isFlipped = 0, isMirrored = 0] = random.integers(2, 2);
    for (let y = 0; y < size; y += 1)
      for (let x = 0; x < size; x += 1) {
        const from = (top + (isFlipped === 1 ? size - 1 - y : y)) * SIDE + left + (isMirrored === 1 ? size - 1 - x : x);
        const to = (row * size + y) * size + x;
        inputs[to] = slice?.picture[from] ?? 0;
        targets[to] = slice?.mask[from] ?? 0;
      }
  }
  return { inputs: toTensor({ shape, data: inputs }), targets: toTensor({ shape, data: targets }) };
}
