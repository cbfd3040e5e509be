import type { DeviceNumerics } from './device-numerics.ts';

/** The formats a comparison can be made in. */
export type CompareFormat = 'float32' | 'float16' | 'bfloat16';

/** What a comparison needs to know of a number format. */
export interface FormatFacts {
  /** Relative distance of 1 and the next value above it: one unit in the last place. */
  readonly epsilon: number;
  /** Distance of neighbours among the subnormal values, which is also the smallest value above 0. */
  readonly smallestSubnormal: number;
  /** Largest finite value. */
  readonly max: number;
  /** Values of this magnitude and above round to infinity (nearest-even). */
  readonly overflow: number;
}

/** The one table that every tolerance of the project comes from. */
export const formatFacts: Readonly<Record<CompareFormat, FormatFacts>> = {
  float32: { epsilon: 2 ** -23, smallestSubnormal: 2 ** -149, max: (2 - 2 ** -23) * 2 ** 127, overflow: (2 - 2 ** -24) * 2 ** 127 },
  float16: { epsilon: 2 ** -10, smallestSubnormal: 2 ** -24, max: 65504, overflow: 65520 },
  bfloat16: { epsilon: 2 ** -7, smallestSubnormal: 2 ** -133, max: (2 - 2 ** -7) * 2 ** 127, overflow: (2 - 2 ** -8) * 2 ** 127 },
} as const;

/**
 * How much further an answer may be off on a device that does what WGSL lets it do, by what `deviceNumerics` measured: an absolute `slack`.
 * It is 0 for the other devices.
 *
 * - `subnormals`: a float32 product that is flushed is off by itself, at most the smallest normal value.
 * - `widths`: what is left of 1 minus a number near 1 has the errors of both, and they differ between a scalar and a vector: two units of 1.
 */
export const deviceSlack: { readonly [Property in 'subnormals' | 'widths']: Readonly<Record<DeviceNumerics[Property], number>> } = {
  subnormals: { kept: 0, flushed: 2 ** -126 },
  widths: { alike: 0, apart: 2 ** -22 },
} as const;

/** How far an answer may be off: `|actual - expected| <= rtol * |expected| + atol`. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Options of {@link tolerance}. */
export interface ToleranceOptions {
  /** How many terms were summed to make one value; 1 unless set. Rounding errors of a sum grow with its square root. */
  readonly terms?: number;
  /** Magnitude of the terms that went into the values: what cancels leaves an error of this size behind. 0 unless set. */
  readonly scale?: number;
  /** What the device may be off beyond the format, from `deviceSlack`; 0 unless set. */
  readonly slack?: number;
}

/**
 * Looks up how far a computed value may be from the exact one in a format.
 *
 * One rounding is off by half a unit in the last place, so two in a row by one: `rtol` is one unit, times the square
 * root of the number of summed terms (rounding errors are as good as independent: Higham and Mary 2019). `atol` never is
 * a bare number: it is `rtol` of the magnitude that the caller names, plus half of the smallest subnormal value, below
 * which the format cannot tell a value from 0.
 *
 * Pure.
 *
 * @param format - the format in which the values were stored or computed
 * @throws RangeError if `terms` is below 1, or `scale` or `slack` is negative or not finite
 *
 * @example
 * tolerance('float16', { terms: 4 }).rtol; // 0.001953125
 */
export function tolerance(format: CompareFormat, { terms = 1, scale = 0, slack = 0 }: ToleranceOptions = {}): Tolerance {
  if (!(terms >= 1 && Number.isFinite(terms))) {
    throw new RangeError(`[testing] terms must be 1 or more, got ${terms}. Give the number of products summed into one value.`);
  }
  if (!(scale >= 0 && Number.isFinite(scale))) {
    throw new RangeError(`[testing] scale must be finite and 0 or more, got ${scale}. Give the largest magnitude among the terms.`);
  }
  if (!(slack >= 0 && Number.isFinite(slack))) {
    throw new RangeError(`[testing] slack must be finite and 0 or more, got ${slack}. Take it from deviceSlack.`);
  }
  const facts = factsOf(format);
  const rtol = facts.epsilon * Math.sqrt(terms);
  return { rtol, atol: rtol * scale + facts.smallestSubnormal / 2 + slack };
}

/**
 * Reads one row of the format table, with an error for a name that it does not hold.
 *
 * Pure.
 *
 * @throws TypeError if there is no such format
 *
 * @example
 * factsOf('float16').max; // 65504
 */
export function factsOf(format: CompareFormat): FormatFacts {
  if (!Object.hasOwn(formatFacts, format)) {
    throw new TypeError(`[testing] unknown format, got ${String(format)}. Use ${Object.keys(formatFacts).join(', ')}.`);
  }
  return formatFacts[format];
}
