import { inFull, inShort, inShortUnlike, powerOfTwo } from '../shared/number-words.ts';
import type { NumberFormat } from './number-format.ts';
import { numberFormats } from './number-format.ts';
import type { Placing } from './placing.ts';
import { place } from './placing.ts';

/** How a code makes its number: sign, mantissa and power of two, as people write them. */
export function formula({ code, stored, region }: Placing, { bits, mantissaBits, bias }: NumberFormat): string {
  if (region === 'nan') return 'not a number';
  const sign = code >= 2 ** (bits - 1) ? '−' : '+';
  if (region === 'infinite') return `${sign}infinity`;
  const exponent = Math.floor((code % 2 ** (bits - 1)) / 2 ** mantissaBits);
  const fraction = (code % 2 ** mantissaBits) / 2 ** mantissaBits;
  if (region === 'zero') return `${sign}0`;
  if (exponent === 0) return `${sign}${inFull(fraction)} × ${powerOfTwo(1 - bias)}, subnormal: no leading 1`;
  return `${sign}${inFull(1 + fraction)} × ${powerOfTwo(exponent - bias)}${Number.isInteger(stored) && Math.abs(stored) < 1e4 ? ` = ${stored}` : ''}`;
}

/** How far a number moved, in one line. */
export function errorWords(
  value: number,
  { error, relative, ulps, overflows, vanishes, region }: Placing,
  { hasInfinity, max }: NumberFormat,
): string {
  if (region === 'nan') return Number.isNaN(value) ? 'stays NaN' : `too large: the format ends at ${inShort(max)} and has no infinity`;
  if (overflows) return `too large: the format ends at ${inShort(max)}${hasInfinity ? '' : ', without infinity'}`;
  if (vanishes) return `lost: becomes zero, all of it is the error (${inShort(ulps)} ulp)`;
  if (error === 0) return 'exact';
  return `off by ${inShort(error)}, which is ${relativeWords(relative)} or ${inShort(ulps)} ulp`;
}

/** A relative error in percent, or in parts of a million where percent are too coarse. */
export function relativeWords(relative: number): string {
  if (!(relative >= 0) || relative === Infinity) return '–';
  if (relative === 0) return '0';
  if (relative >= 1e-4) return `${Number((100 * relative).toPrecision(2))} %`;
  return `${Number((1e6 * relative).toPrecision(2))} ppm`;
}

const REGIONS = {
  zero: 'zero',
  subnormal: 'subnormal',
  normal: 'normal range',
  infinite: 'infinity',
  nan: 'NaN',
} as const;

/** Where a stored number lies, for a table. */
export function regionWords({ region, overflows, vanishes }: Placing): string {
  if (overflows) return 'beyond the range';
  return vanishes ? 'below the range' : REGIONS[region];
}

/** The whole picture in one or two sentences. */
export function summary(value: number): string {
  const placings = numberFormats.map((format) => ({ name: format.name, ...place(value, format) }));
  if (Number.isNaN(value)) return 'NaN stays NaN in every format.';
  const list = (picked: readonly { readonly name: string }[]): string => picked.map(({ name }) => name).join(', ');
  const exact = placings.filter(({ error }) => error === 0);
  const tooLarge = placings.filter(({ overflows, stored }) => overflows || Number.isNaN(stored));
  const lost = placings.filter(({ vanishes }) => vanishes);
  const rounded = placings.filter(({ error, vanishes }) => error > 0 && error < Infinity && !vanishes);
  const parts = [
    exact.length === placings.length ? 'every format has it exactly' : exact.length > 0 ? `exact in ${list(exact)}` : '',
    rounded.length > 0 ? `rounded in ${rounded.map(({ name, stored }) => `${name} (${inShortUnlike(stored, value)})`).join(', ')}` : '',
    lost.length > 0 ? `lost to zero in ${list(lost)}` : '',
    tooLarge.length > 0 ? `too large for ${list(tooLarge)}` : '',
  ].filter((part) => part !== '');
  return `${inFull(value)}: ${parts.join('; ')}.`;
}
