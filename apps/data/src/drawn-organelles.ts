import type { Cells } from './drawn-cells.ts';
import type { Random } from './random.ts';

/** What lies in cells and is no membrane of theirs. */
const ORGANELLES = {
  mitochondria: 1 / 420, // a pixel
  length: [4, 8], // half of it, in pixels
  width: [2, 3.4],
  vesicles: 1 / 110,
  radius: [0.7, 1.6],
  dark: -1.8, // against the cell: as dark as a membrane
} as const;

/**
 * Draws mitochondria (dark rims with folds inside) and vesicles (dark dots).
 *
 * They lie inside of cells, off the membranes.
 *
 * @returns what is to be added to each pixel
 */
export function drawOrganelles(cells: Cells, side: number, random: Random): Float32Array {
  const layer = new Float32Array(side * side);
  const many = (density: number): number => Math.round(density * side * side);
  for (let left = many(ORGANELLES.mitochondria); left > 0; left -= 1) mitochondrion(layer, cells, side, random);
  for (let left = many(ORGANELLES.vesicles); left > 0; left -= 1) vesicle(layer, cells, side, random);
  return layer;
}

function mitochondrion(layer: Float32Array, cells: Cells, side: number, random: Random): void {
  const [x, y, turn] = [random.between(0, side), random.between(0, side), random.between(0, Math.PI)];
  const [length, width] = [random.between(...ORGANELLES.length), random.between(...ORGANELLES.width)];
  const [dark, folds] = [ORGANELLES.dark * random.between(0.6, 1), random.between(1.4, 2.2)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  stamp(layer, cells, side, { x, y, reach: length + 1 }, (dx, dy) => {
    const [along, across] = [cos * dx + sin * dy, cos * dy - sin * dx];
    const far = Math.hypot(along / length, across / width);
    if (far > 1) return 0;
    return far > 0.68 ? dark : dark * (0.35 + 0.25 * Math.sin(folds * along));
  });
}

function vesicle(layer: Float32Array, cells: Cells, side: number, random: Random): void {
  const [x, y, radius] = [random.between(0, side), random.between(0, side), random.between(...ORGANELLES.radius)];
  const dark = ORGANELLES.dark * random.between(0.5, 1);
  stamp(layer, cells, side, { x, y, reach: radius + 1 }, (dx, dy) => dark * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy))));
}

/** Darkens the pixels around a place as far as the cell that owns it reaches. */
function stamp(
  layer: Float32Array,
  { owner, cover }: Cells,
  side: number,
  { x, y, reach }: { readonly x: number; readonly y: number; readonly reach: number },
  shade: (dx: number, dy: number) => number,
): void {
  const home = owner[Math.floor(y) * side + Math.floor(x)];
  for (let row = Math.max(0, Math.floor(y - reach)); row <= Math.min(side - 1, y + reach); row += 1)
    for (let column = Math.max(0, Math.floor(x - reach)); column <= Math.min(side - 1, x + reach); column += 1) {
      const at = row * side + column;
      if (owner[at] !== home || (cover[at] ?? 1) > 0) continue;
      layer[at] = Math.min(layer[at] ?? 0, shade(column + 0.5 - x, row + 0.5 - y));
    }
}
