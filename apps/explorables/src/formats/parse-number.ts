import { codeFromHex, decodeCode } from './code.ts';
import type { FormatName } from './number-format.ts';
import { numberFormats } from './number-format.ts';

/** A number that was typed; `pinned` where it was typed as the bits of a format. */
export interface TypedNumber {
  readonly value: number;
  readonly pinned?: { readonly name: FormatName; readonly code: number };
}

/** Why a text is no number, for the person who typed it. */
export interface Unreadable {
  readonly problem: string;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a number as people write it: `0.1`, `-1e-8`, `2^-24`, `1/3`, `inf`, `nan`, and `0x3c00` as the bits of a format.
 *
 * Four hexadecimal digits are a float16, eight a float32; the other formats have fields of their own.
 *
 * @param text - what was typed
 * @returns the number, or why there is none
 */
export function parseNumber(text: string): TypedNumber | Unreadable {
  const typed = text.trim().replaceAll('−', '-');
  if (typed === '') return { problem: 'Type a number, such as 0.1.' };
  if (/^[+-]?0x/i.test(typed)) return parseBits(typed);
  const value = parseWord(typed) ?? parsePair(typed) ?? parseDecimal(typed);
  if (value !== null) return { value };
  const hint = /^[+-]?\d+,\d+$/.test(typed)
    ? `Write a point: ${typed.replace(',', '.')}.`
    : 'Try 0.1, 1e-8, 2^-24, 1/3, inf, nan or 0x3c00.';
  return { problem: `“${shortened(typed)}” is no number. ${hint}` };
}

function parseBits(typed: string): TypedNumber | Unreadable {
  for (const name of ['float16', 'float32'] as const) {
    const format = numberFormats.find((one) => one.name === name);
    const code = format ? codeFromHex(typed, format) : null;
    if (format && code !== null) return { value: decodeCode(code, format), pinned: { name, code } };
  }
  return {
    problem: `“${shortened(typed)}” has neither four hexadecimal digits (a float16) nor eight (a float32). Bits of other formats go into their own field.`,
  };
}

function parseWord(typed: string): number | null {
  const [, sign = '', word = ''] = /^([+-]?)([a-z∞]+)$/i.exec(typed) ?? [];
  if (/^(inf|infinity|∞)$/i.test(word)) return sign === '-' ? -Infinity : Infinity;
  return /^nan$/i.test(word) ? NaN : null;
}

/** `a/b` and `a^b`. A sign belongs to the whole power: -2^-3 is -(2^-3). */
function parsePair(typed: string): number | null {
  const [, left = '', sign = '', right = ''] = /^([^/^]+)([/^])([^/^]+)$/.exec(typed) ?? [];
  const [a, b] = [parseDecimal(left.trim()), parseDecimal(right.trim())];
  if (a === null || b === null) return null;
  if (sign === '/') return a / b;
  return left.trim().startsWith('-') ? -(Math.abs(a) ** b) : a ** b;
}

function parseDecimal(typed: string): number | null {
  return DECIMAL.test(typed) ? Number(typed) : null;
}

function shortened(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
