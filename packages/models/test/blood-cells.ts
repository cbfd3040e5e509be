import { readdirSync, readFileSync } from 'node:fs';
import { sharedData } from '@halftone/testing';
import { decode } from 'jpeg-js';

/** Three kinds of cells on stained slides; about 370 boxes each of the rarer two, and 4155 red ones. */
export const CELLS = ['RBC', 'WBC', 'Platelets'] as const;

/** Square cut-outs of a slide, one cell each, and which of `CELLS` it is. */
export interface Crops {
  /** RGB in 0..1, `[labels.length, size, size, 3]`. */
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
}

interface Box {
  readonly label: number;
  readonly centre: readonly [number, number];
  readonly side: number;
}

/**
 * As many crops of each class, in turn: red, white, platelet. Slides are divided between `train` and `held-out` (two in
 * five), so that no slide gives crops to both; a slide gives at most two of a class. Always the same crops.
 */
export function bloodCells({
  part,
  perClass,
  size,
}: {
  readonly part: 'train' | 'held-out';
  readonly perClass: number;
  readonly size: number;
}): Crops {
  const found: Float32Array[][] = CELLS.map(() => []);
  for (const name of slides(part)) {
    const wanted = CELLS.flatMap((_, label) => boxesOf(name, label).slice(0, Math.min(2, perClass - (found[label] as []).length)));
    if (wanted.length === 0) continue;
    const photo = decode(readFileSync(sharedData(`data/bccd/JPEGImages/${name}.jpg`)), { useTArray: true, formatAsRGBA: false });
    for (const box of wanted) found[box.label]?.push(crop(photo, box, size));
  }
  const short = found.findIndex((crops) => crops.length < perClass);
  if (short >= 0) throw new RangeError(`${part} has ${found[short]?.length} crops of ${CELLS[short]}, ${perClass} were asked for`);
  const pixels = new Float32Array(3 * perClass * size * size * 3);
  const labels = Array.from({ length: 3 * perClass }, (_, i) => i % 3);
  for (const [i, label] of labels.entries()) pixels.set(found[label]?.[Math.floor(i / 3)] as Float32Array, i * size * size * 3);
  return { pixels, labels };
}

function slides(part: 'train' | 'held-out'): readonly string[] {
  const names = readdirSync(sharedData('data/bccd/Annotations')).sort();
  return names.filter((_, i) => i % 5 < 2 === (part === 'held-out')).map((name) => name.replace(/\.xml$/, ''));
}

function boxesOf(name: string, label: number): readonly Box[] {
  const text = readFileSync(sharedData(`data/bccd/Annotations/${name}.xml`), 'utf8');
  const objects = text.split('<object>').slice(1);
  const boxes = objects.filter((object) => object.includes(`<name>${CELLS[label]}</name>`));
  return boxes.flatMap((object) => {
    const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((key) =>
      Number(new RegExp(`<${key}>(\\d+)<`).exec(object)?.[1]),
    ) as [number, number, number, number];
    const side = Math.max(right - left, bottom - top);
    return side > 0 ? [{ label, centre: [(left + right) / 2, (top + bottom) / 2], side }] : [];
  });
}

/** The square around a box, brought to `size` pixels by bilinear interpolation; the slide's edge goes on beyond it. */
function crop(
  { data, width, height }: { readonly data: Uint8Array; readonly width: number; readonly height: number },
  { centre, side }: Box,
  size: number,
): Float32Array {
  const out = new Float32Array(size * size * 3);
  const at = (i: number, centreOf: number, limit: number): number =>
    Math.min(limit - 1, Math.max(0, centreOf + ((i + 0.5) / size - 0.5) * side - 0.5));
  for (let row = 0; row < size; row++) {
    const y = at(row, centre[1], height);
    const [top, bottom] = [Math.floor(y), Math.min(height - 1, Math.floor(y) + 1)];
    for (let column = 0; column < size; column++) {
      const x = at(column, centre[0], width);
      const [left, right] = [Math.floor(x), Math.min(width - 1, Math.floor(x) + 1)];
      for (let channel = 0; channel < 3; channel++) {
        const value = (px: number, py: number): number => (data[(py * width + px) * 3 + channel] as number) / 255;
        const upper = value(left, top) + (value(right, top) - value(left, top)) * (x - left);
        const lower = value(left, bottom) + (value(right, bottom) - value(left, bottom)) * (x - left);
        out[(row * size + column) * 3 + channel] = upper + (lower - upper) * (y - top);
      }
    }
  }
  return out;
}
