import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGreyPng, type GreyPicture } from './grey-png.ts';
import type { MembraneData, MembraneSet } from './membrane-set.ts';

const LEARNED = 24; // of 30 pictures; the rest is held out
const ALL = 30;
const WHITE = 128; // masks are white in cells, black on membranes

/**
 * Reads real tissue: slices of a fly's nerve cord under an electron microscope, with masks of the membranes (ISBI challenge 2012).
 *
 * Reads the disk: 60 files, about half a second. Pictures are halved to half their edge, as a small crop then shows several cells.
 *
 * @param folder - with `image/0.png` to `image/29.png` and the masks in `label/`
 * @returns 24 pictures to learn from and 6 held out; a mask is 1 on membranes
 * @throws Error when a file is missing, damaged, of another kind or of another size than the first
 */
export function membraneFiles(folder: string): MembraneData {
  const slices = Array.from({ length: ALL }, (_, i) => ({
    picture: halved(read(folder, 'image', i)),
    label: halved(read(folder, 'label', i)),
  }));
  const side = slices[0]?.picture.side ?? 0;
  const odd = slices.findIndex(({ picture, label }) => picture.side !== side || label.side !== side);
  if (odd >= 0)
    throw new Error(
      `[data] all pictures and masks in ${folder} must have one size, got another one in ${odd}.png. Put the original files there.`,
    );
  const set = (from: number, to: number): MembraneSet => ({
    side,
    pictures: joined(slices.slice(from, to).map(({ picture }) => picture.pixels.map((grey) => (grey - 128) / 64))),
    masks: joined(slices.slice(from, to).map(({ label }) => label.pixels.map((grey) => (grey < WHITE ? 1 : 0)))),
  });
  return {
    source: `electron microscopy of nerve tissue (ISBI 2012), ${LEARNED} pictures to learn from, ${ALL - LEARNED} held out, ${side}x${side}`,
    train: set(0, LEARNED),
    heldOut: set(LEARNED, ALL),
  };
}

function read(folder: string, kind: string, index: number): GreyPicture {
  const path = join(folder, kind, `${index}.png`);
  if (!existsSync(path)) throw new Error(`[data] the membranes need ${path}, got no such file. Put the original files there.`);
  return readGreyPng(readFileSync(path), path);
}

/** The mean of each two by two pixels. */
function halved({ width, height, pixels }: GreyPicture): { readonly side: number; readonly pixels: Float32Array } {
  if (width !== height || width % 2 !== 0)
    throw new Error(`[data] a picture of membranes must be square and even, got ${width}x${height}. Crop it.`);
  const side = width / 2;
  const means = Float32Array.from({ length: side * side }, (_, i) => {
    const at = 2 * (Math.floor(i / side) * width + (i % side));
    return [at, at + 1, at + width, at + width + 1].reduce((sum, corner) => sum + (pixels[corner] ?? 0), 0) / 4;
  });
  return { side, pixels: means };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]?.length ?? 0;
  const whole = new Float32Array(parts.length * size);
  parts.forEach((part, i) => whole.set(part, i * size));
  return whole;
}
