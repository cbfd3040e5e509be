import { decode, encode } from '@halftone/float16';
import type { NumberFormat } from './number-format.ts';

/** The code of the nearest number that a format has, a tie to the even code; one rounding, from double. */
export function encodeNumber(value: number, { name }: NumberFormat): number {
  if (name === 'float32') return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return encode([value], name)[0] ?? 0;
}

/** The number that a code stands for, exactly. */
export function decodeCode(code: number, { name }: NumberFormat): number {
  if (name === 'float32') return new Float32Array(Uint32Array.of(code).buffer)[0] ?? NaN;
  const bits = name === 'float16' || name === 'bfloat16' ? Uint16Array.of(code) : Uint8Array.of(code);
  return decode(bits, name)[0] ?? NaN;
}

/** A code with one bit turned over; bit 0 is the last of the mantissa. */
export function flipBit(code: number, bit: number): number {
  return (code ^ (1 << bit)) >>> 0;
}

/** The bits of a code from the sign on, as zeros and ones. */
export function bitsOf(code: number, { bits }: NumberFormat): string {
  return code.toString(2).padStart(bits, '0');
}

/** A code as hexadecimal digits without `0x`. */
export function hexOf(code: number, { bits }: NumberFormat): string {
  return code.toString(16).padStart(bits / 4, '0');
}

/** What hexadecimal digits say, or `null` where they are no code of this format. */
export function codeFromHex(text: string, { bits }: NumberFormat): number | null {
  const digits = text.trim().replace(/^0x/i, '');
  return digits.length === bits / 4 && /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : null;
}

/**
 * The code of the next larger or next smaller number.
 *
 * Codes without their sign are in the order of their magnitudes, so a step is an addition of one; the two zeros are one place.
 *
 * @param code - where to start
 * @param direction - 1 up, -1 down
 * @param format - whose code it is
 * @returns the code, or `null` at the end of the line and beside NaN
 */
export function neighbour(code: number, direction: 1 | -1, format: NumberFormat): number | null {
  const signBit = 2 ** (format.bits - 1);
  const magnitude = code % signBit;
  if (magnitude > format.topCode) return null; // NaN
  const place = (code >= signBit ? -magnitude : magnitude) + direction;
  if (Math.abs(place) > format.topCode) return null;
  return place < 0 ? signBit - place : place;
}
