import { drawCells, type Cells } from './drawn-cells.ts';
import type { MembraneData, MembraneSet } from './membrane-set.ts';
import { drawOrganelles } from './drawn-organelles.ts';
import { createRandom, type Random } from './random.ts';
import { smoothField } from './smooth-field.ts';

/** How the microscope sees, in units of the finished picture. */
const MICROSCOPE = {
  inside: 0.55, // of a cell
  cellSpread: 0.32, // between one cell and another, deviation
  membrane: -0.95,
  faded: 0.6, // how much a stretch of membrane may fade towards the cell
  clouds: 0.45, // slow changes of brightness
  texture: 0.35, // what swims in a cell
  grain: 0.6, // of the detector, deviation
} as const;

/**
 * Draws pictures as an electron microscope takes them of tissue: pale cells between dark, wobbling membranes.
 *
 * Cells are the regions nearest to scattered points, in space that is bent at random. Membranes fade in stretches, cells differ in brightness, and
 * organelles are as dark as membranes and are not in the mask, so that darkness alone does not tell. Nothing is read from any data set.
 *
 * Pure: the same arguments give the same pictures. About 10 milliseconds for one of 128x128.
 *
 * @param count - how many
 * @param seed - whole number from 0 to 2^32 - 1
 * @param stream - names the set, so that training and held-out pictures of one seed differ
 * @param side - pixels along an edge, 16 or more
 * @returns new arrays, owned by the caller; a mask is 1 on membranes
 * @throws RangeError for a smaller side
 *
 * @example
 * drawMembranes(1, 1, 'train', 32).masks.length; // 1024
 */
export function drawMembranes(count: number, seed: number, stream: string, side: number): MembraneSet {
  if (!(side >= 16)) throw new RangeError(`[data] side must be 16 pixels or more, got ${side}. A cell needs as many.`);
  const random = createRandom(seed, `membranes-${stream}`);
  const size = side * side;
  const [pictures, masks] = [new Float32Array(count * size), new Float32Array(count * size)];
  for (let i = 0; i < count; i += 1) {
    const cells = drawCells(side, random);
    masks.set(cells.mask, i * size);
    pictures.set(photograph(cells, side, random), i * size);
  }
  return { side, pictures, masks };
}

/**
 * Draws what a segmentation learns from and what it is judged by.
 *
 * @param options - how many of each, pixels along an edge, and the seed
 * @returns two sets that share no picture
 */
export function drawnMembranes(options: {
  readonly train: number;
  readonly heldOut: number;
  readonly side: number;
  readonly seed: number;
}): MembraneData {
  const { train, heldOut, side, seed } = options;
  return {
    source: `tissue drawn by this program itself, ${train} pictures to learn from, ${heldOut} held out, ${side}x${side}`,
    train: drawMembranes(train, seed, 'train', side),
    heldOut: drawMembranes(heldOut, seed, 'held-out', side),
  };
}

function photograph(cells: Cells, side: number, random: Random): Float32Array {
  const tones = Float64Array.from({ length: cells.count }, () => MICROSCOPE.inside + MICROSCOPE.cellSpread * random.normal());
  const organelles = drawOrganelles(cells, side, random);
  const clouds = smoothField(side, side / 2, random);
  const texture = smoothField(side, 3, random);
  const fading = smoothField(side, 12, random);
  const picture = new Float32Array(side * side);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const at = y * side + x;
      const inside = (tones[cells.owner[at] ?? 0] ?? 0) + MICROSCOPE.texture * texture(x, y) + (organelles[at] ?? 0);
      const dark = (cells.cover[at] ?? 0) * (1 - MICROSCOPE.faded * Math.max(0, fading(x, y)));
      const clear = inside + (MICROSCOPE.membrane - inside) * dark;
      picture[at] = clear + MICROSCOPE.clouds * clouds(x, y) + MICROSCOPE.grain * random.normal();
    }
  return picture;
}
