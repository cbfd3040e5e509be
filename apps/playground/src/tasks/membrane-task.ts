import { createRandom, drawMembranes, type MembraneSet, type Random } from '@halftone/data';
import type { HostBatch, Task, TaskOptions } from './task.ts';

const DRAWN = { train: 8, heldOut: 2, side: 96 } as const;
const CROP = 48;
const JUDGED_BATCHES = 4;

/** Tissue that the data package draws, with a mask of its membranes: crops at random places, mirrored at random. */
export function membraneTask({ batch, seed }: TaskOptions): Task {
  const train = drawMembranes(DRAWN.train, seed, 'train', DRAWN.side);
  const heldOut = drawMembranes(DRAWN.heldOut, seed, 'held-out', DRAWN.side);
  return {
    shape: { model: 'unet', side: CROP },
    source: `${DRAWN.train} pictures of tissue drawn by this page, ${DRAWN.heldOut} others held out, crops of ${CROP}x${CROP}`,
    batch: (step) => crops(train, batch, createRandom(seed, `crops-${step}`)),
    heldOut: () => Array.from({ length: JUDGED_BATCHES }, (_, i) => crops(heldOut, 4, createRandom(seed, `judged-${i}`))),
  };
}

function crops(set: MembraneSet, count: number, random: Random): HostBatch {
  const size = CROP * CROP;
  const [inputs, targets] = [new Float32Array(count * size), new Float32Array(count * size)];
  const pictures = set.pictures.length / set.side ** 2;
  for (let row = 0; row < count; row += 1) {
    const picture = random.integer(pictures) * set.side ** 2;
    const [top, left] = [random.integer(set.side - CROP + 1), random.integer(set.side - CROP + 1)];
    const [flip, mirror] = [random.integer(2) === 1, random.integer(2) === 1];
    for (let y = 0; y < CROP; y += 1)
      for (let x = 0; x < CROP; x += 1) {
        const from = picture + (top + (flip ? CROP - 1 - y : y)) * set.side + left + (mirror ? CROP - 1 - x : x);
        inputs[row * size + y * CROP + x] = set.pictures[from] ?? 0;
        targets[row * size + y * CROP + x] = set.masks[from] ?? 0;
      }
  }
  const shape = [count, CROP, CROP, 1];
  return { inputs: { shape, data: inputs }, targets: { shape, data: targets } };
}
