import { drawnData, drawnMembranes, writtenText, type DigitData, type MembraneData, type TextData } from '@halftone/data';
import type { Length } from './lesson.ts';

/** How much is drawn: enough for the steps that a length has. */
const AMOUNTS = {
  full: { digits: [8000, 2000], membranes: [24, 6], text: 1_000_000 },
  short: { digits: [4000, 1000], membranes: [16, 4], text: 300_000 },
  glance: { digits: [1920, 500], membranes: [8, 4], text: 150_000 },
} as const satisfies Record<Length, unknown>;

const SIDE = 128; // of a drawn piece of tissue, in pixels

/** Draws digits. Pure. */
export function drawnDigitsOf(length: Length, seed: number): DigitData {
  const [train, heldOut] = AMOUNTS[length].digits;
  return drawnData(train, heldOut, seed);
}

/** Draws tissue. Pure; some 40 milliseconds a picture. */
export function drawnMembranesOf(length: Length, seed: number): MembraneData {
  const [train, heldOut] = AMOUNTS[length].membranes;
  return drawnMembranes({ train, heldOut, side: SIDE, seed });
}

/** Writes a play. Pure. */
export function writtenTextOf(length: Length, seed: number): TextData {
  return writtenText(AMOUNTS[length].text, seed);
}
