import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { oneHotRows, toTensor } from '../models/host-array.ts';
import type { Batch } from '../models/model.ts';
import type { CurveData, CurveDataOptions } from './curve-data.ts';
import { batchIndices } from './shuffled.ts';

const CLASSES = 10;
const SIDE = 28;
const LEARNED = 8000; // of the 10,000 test pictures; the rest is held out
const BYTES = 0x08; // element type of IDX

/** Handwritten digits (MNIST, LeCun, Cortes and Burges), pixels from 0 to 1. */
export function digitData({ folder, batch, steps, seed }: CurveDataOptions): CurveData {
  const pixels = idxBytes(gunzipSync(readFileSync(join(folder, 'mnist', 't10k-images-idx3-ubyte.gz'))), 3);
  const labels = idxBytes(gunzipSync(readFileSync(join(folder, 'mnist', 't10k-labels-idx1-ubyte.gz'))), 1);
  const order = batchIndices({ count: LEARNED, batch, steps, seed });
  const batchOf = (indices: Int32Array): Batch => {
    const data = new Float32Array(indices.length * SIDE * SIDE);
    indices.forEach((index, row) => {
      for (let i = 0; i < SIDE * SIDE; i += 1) data[row * SIDE * SIDE + i] = (pixels[index * SIDE * SIDE + i] ?? 0) / 255;
    });
    return {
      inputs: toTensor({ shape: [indices.length, SIDE, SIDE, 1], data }),
      targets: oneHotRows(
        indices.map((index) => labels[index] ?? 0),
        CLASSES,
      ),
    };
  };
  return {
    train: (step) => batchOf(order[step] ?? new Int32Array(0)),
    heldOut: (index) => batchOf(Int32Array.from({ length: batch }, (_, i) => LEARNED + index * batch + i)),
  };
}

/**
 * Reads IDX: two zero bytes, element type, number of axes, the axes as big-endian words, the elements.
 *
 * @returns a view onto the elements
 * @throws Error if it is not IDX of unsigned bytes with so many axes, or cut short
 */
export function idxBytes(file: Uint8Array, axes: number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = 4 + 4 * axes;
  if (file.byteLength < start || view.getUint32(0) !== ((BYTES << 8) | axes))
    throw new Error(`[bench] MNIST must be IDX of bytes with ${axes} axes, got another file. Put the original files there.`);
  const count = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i)).reduce((product, size) => product * size, 1);
  if (file.byteLength !== start + count)
    throw new Error(`[bench] MNIST must have ${start + count} bytes, got ${file.byteLength}. Download it again.`);
  return file.subarray(start);
}
