import type { Random } from './random.ts';
import { smoothField } from './smooth-field.ts';

/** Tissue before it is photographed; arrays have one value a pixel. */
export interface Cells {
  readonly count: number;
  /** Which cell a pixel belongs to. */
  readonly owner: Int32Array;
  /** How much of a pixel the membrane covers, from 0 to 1. */
  readonly cover: Float32Array;
  /** 1 where it covers half of the pixel or more. */
  readonly mask: Float32Array;
}

const TISSUE = {
  spacing: 21, // pixels from cell to cell, on average
  scatter: 0.85, // how far a cell strays from its place in the grid, of the spacing
  bend: 6, // pixels
  bendGrain: 15, // pixels
  thickness: [1.1, 2.1], // half of it, in pixels
} as const;

/**
 * Scatters cells and draws the membranes between them.
 *
 * A pixel belongs to the nearest of the scattered points, after its place is bent by a smooth field; the membrane is where two of them are about as near.
 */
export function drawCells(side: number, random: Random): Cells {
  const { spacing, scatter, bend, bendGrain } = TISSUE;
  const columns = Math.ceil(side / spacing) + 4; // two beyond each edge: bent places reach there
  const place = (): number => 0.5 + scatter * random.between(-0.5, 0.5);
  const points = Array.from({ length: columns * columns }, (_, i) => ({
    x: ((i % columns) - 2 + place()) * spacing,
    y: (Math.floor(i / columns) - 2 + place()) * spacing,
  }));
  const [bendX, bendY, width] = [smoothField(side, bendGrain, random), smoothField(side, bendGrain, random), smoothField(side, 9, random)];
  const [owner, cover] = [new Int32Array(side * side), new Float32Array(side * side)];
  const [thin, thick] = TISSUE.thickness;
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const [bentX, bentY] = [x + bend * bendX(x, y), y + bend * bendY(x, y)];
      const { index, gap } = nearest(points, columns, bentX, bentY);
      const half = thin + ((width(x, y) + 1) / 2) * (thick - thin);
      owner[y * side + x] = index;
      cover[y * side + x] = Math.min(1, Math.max(0, half - gap + 0.5));
    }
  return { count: points.length, owner, cover, mask: cover.map((part) => (part >= 0.5 ? 1 : 0)) };
}

/** The nearest point, and how far it is to the border with the next one. */
function nearest(
  points: readonly { readonly x: number; readonly y: number }[],
  columns: number,
  x: number,
  y: number,
): { readonly index: number; readonly gap: number } {
  const [column, row] = [Math.floor(x / TISSUE.spacing) + 2, Math.floor(y / TISSUE.spacing) + 2];
  let [index, first, second] = [0, Infinity, Infinity];
  let [px, py, qx, qy] = [0, 0, 0, 0];
  for (let r = Math.max(0, row - 2); r <= Math.min(columns - 1, row + 2); r += 1)
    for (let c = Math.max(0, column - 2); c <= Math.min(columns - 1, column + 2); c += 1) {
      const point = points[r * columns + c];
      if (point === undefined) continue;
      const far = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (far < first) {
        [second, qx, qy] = [first, px, py];
        [first, px, py, index] = [far, point.x, point.y, r * columns + c];
      } else if (far < second) [second, qx, qy] = [far, point.x, point.y];
    }
  const between = Math.hypot(px - qx, py - qy) || 1;
  return { index, gap: (second - first) / (2 * between) };
}
