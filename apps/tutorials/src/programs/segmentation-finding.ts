import type { MembraneSet } from '@halftone/data';
import type { Finding, Image, Length } from '../lesson.ts';

/** What is promised: how far the Dice of mixed precision may be from that of float32, and how well both find cells. */
const BOUNDS = {
  full: { dice: 0.01, cells: 0.9 },
  short: { dice: 0.02, cells: 0.85 },
  glance: { dice: 0.04, cells: 0.7 },
} as const satisfies Record<Length, unknown>;

const LARGEST = 65_504; // that float16 holds

/** What one training left. */
export interface TrainedUnet {
  readonly policy: string;
  readonly losses: readonly number[];
  /** Dice of the judged pictures together. */
  readonly membranes: number;
  readonly cells: number;
  /** Chance of a membrane at each pixel of the judged pictures. */
  readonly chances: Float32Array;
  readonly peakBytes: number;
  readonly skipped: number;
}

/** What was added up under one policy. */
export interface Sums {
  /** Pixels of cells, true and found, added up on the device. */
  readonly cells: number;
  readonly loss: number;
}

interface Judged {
  readonly sums: readonly Sums[];
  readonly oneByOne: number;
  readonly heldOut: MembraneSet;
  readonly length: Length;
}

/** The table, the promises and the pictures. Pure. */
export function segmentationFinding(trained: readonly TrainedUnet[], { sums, oneByOne, heldOut, length }: Judged): Finding {
  const bounds = BOUNDS[length];
  const [float32, ...mixed] = trained as [TrainedUnet, ...TrainedUnet[]];
  const gaps = mixed.map((one) => Math.max(Math.abs(one.membranes - float32.membranes), Math.abs(one.cells - float32.cells)));
  const half = sums.at(-1);
  const whole = (value: number): string => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : String(value));
  const list = (values: readonly number[], digits = 4): string => values.map((value) => value.toFixed(digits)).join(' and ');
  return {
    columns: ['', ...trained.map(({ policy }) => policy), 'everything in float16'],
    rows: [
      ['Dice of membranes, pictures never seen', ...trained.map(({ membranes }) => membranes.toFixed(4)), '-'],
      ['Dice of cells, pictures never seen', ...trained.map(({ cells }) => cells.toFixed(4)), '-'],
      ['steps skipped', ...trained.map(({ skipped }) => skipped), '-'],
      ['most bytes on the device', ...trained.map(({ peakBytes }) => `${(peakBytes / 2 ** 20).toFixed(1)} MiB`), '-'],
      ['pixels of cells, true and found, added up', ...sums.map(({ cells }) => whole(cells))],
      ['Dice loss of these pictures in one batch', ...sums.map(({ loss }) => loss.toFixed(4))],
      [
        'true pixels of cells, counted one by one',
        whole(heldOut.masks.subarray(0, float32.chances.length).reduce((sum, mask) => sum + 1 - mask, 0)),
        ...mixed.map(() => '-'),
        whole(oneByOne),
      ],
    ],
    claims: [
      {
        what: `mixed precision finds membranes and cells as float32 does: Dice within ${bounds.dice}`,
        holds: gaps.every((gap) => gap <= bounds.dice),
        found: `largest differences ${list(gaps)}`,
      },
      {
        what: `each has learned: its Dice of cells is above ${bounds.cells}`,
        holds: trained.every(({ cells }) => cells > bounds.cells),
        found: list(trained.map(({ cells }) => cells)),
      },
      {
        what: `the sum under Dice is larger than ${LARGEST.toLocaleString('en')}: with everything in float16 it is infinite, and the loss wrong`,
        holds: (sums[0]?.cells ?? 0) > LARGEST && half?.cells === Infinity && !(Math.abs(half.loss - (sums[0]?.loss ?? 0)) < 0.1),
        found: `${whole(sums[0]?.cells ?? 0)}; ${half?.cells} and ${half?.loss}`,
      },
      {
        what: 'mixed precision adds up in float32: sum and loss are those of float32',
        holds: sums
          .slice(1, -1)
          .every(({ cells, loss }) => Math.abs(cells / (sums[0]?.cells ?? 0) - 1) < 1e-5 && Math.abs(loss - (sums[0]?.loss ?? 0)) < 1e-5),
        found: `losses ${list(
          sums.slice(0, -1).map(({ loss }) => loss),
          6,
        )}`,
      },
      { what: 'counted one by one, float16 stops at 2,048', holds: oneByOne === 2048, found: whole(oneByOne) },
    ],
    numbers: Object.fromEntries(
      trained.flatMap(({ policy, membranes, cells, skipped }) => [
        [`${policy}.membranes`, membranes],
        [`${policy}.cells`, cells],
        [`${policy}.skipped`, skipped],
      ]),
    ),
    pictures: [picturesOf(trained, heldOut)],
  };
}

/** The middle of the first pictures: what the microscope saw, what is there, and what each network found. */
function picturesOf(trained: readonly TrainedUnet[], { side, pictures, masks }: MembraneSet): Finding['pictures'][number] {
  const shown = Math.min(side, 128);
  const middle = (label: string, values: Float32Array, picture: number): Image => {
    const start = (side - shown) / 2;
    const pixel = (i: number): number => values[picture * side * side + (start + Math.floor(i / shown)) * side + start + (i % shown)] ?? 0;
    return { label, side: shown, values: Float32Array.from({ length: shown * shown }, (_, i) => pixel(i)) };
  };
  const light = pictures.map((value) => Math.min(1, Math.max(0, (value + 2) / 4)));
  return {
    kind: 'images',
    title: 'Membranes that were never seen',
    rows: [0, 1].map((picture) => ({
      caption: `picture ${picture + 1}`,
      images: [
        middle('picture', light, picture),
        middle('truth', masks, picture),
        ...trained.map(({ policy, chances }) => middle(policy, chances, picture)),
      ],
    })),
    summary: `Two pictures with their true membranes and what each network found; Dice of membranes ${trained.map(({ policy, membranes }) => `${membranes.toFixed(2)} in ${policy}`).join(', ')}.`,
  };
}
