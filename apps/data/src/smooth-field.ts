import type { Random } from './random.ts';

/** A value for every point of a picture, in pixels. */
export type Field = (x: number, y: number) => number;

/**
 * Makes a smooth random field: values on a grid of random numbers, joined by a curve without corners.
 *
 * Values run from -1 to 1. Pure but for the numbers that it takes from `random`.
 *
 * @param side - of the picture, in pixels
 * @param grain - pixels between two numbers of the grid
 */
export function smoothField(side: number, grain: number, random: Random): Field {
  const width = Math.ceil(side / grain) + 2;
  const grid = Float64Array.from({ length: width * width }, () => random.between(-1, 1));
  const at = (column: number, row: number): number => grid[row * width + column] ?? 0;
  const reach = (width - 2) * grain;
  return (x, y) => {
    const [column, row] = [x, y].map((value) => Math.min(Math.max(value, 0), reach - 1e-6) / grain) as [number, number];
    const [left, top] = [Math.floor(column), Math.floor(row)];
    const [right, down] = [ease(column - left), ease(row - top)];
    const above = at(left, top) * (1 - right) + at(left + 1, top) * right;
    const below = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
    return above * (1 - down) + below * down;
  };
}

const ease = (t: number): number => t * t * (3 - 2 * t);
