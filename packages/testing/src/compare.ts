import { type CompareFormat, factsOf, tolerance, type ToleranceOptions } from './tolerance.ts';
import { ulpDistance } from './ulp.ts';

/** What the comparisons read: a typed array, an array of numbers, or one number. */
export type Numbers = ArrayLike<number> | number;

/** The outcome of a comparison; `message` says index, both values and their distance, and is made only when asked for. */
export interface Comparison {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Options of {@link compareBits}. */
export interface BitOptions {
  /** `any` (default): a NaN equals every NaN. `exact`: sign and payload count too; both sides must be float arrays of one type. */
  readonly nan?: 'any' | 'exact';
}

const SHOWN = 5;
const FLOAT_TYPES = new Set(['Float16Array', 'Float32Array', 'Float64Array']);

/** Compares two sequences value by value, telling 0 from -0. */
export function compareBits(actual: Numbers, expected: Numbers, { nan = 'any' }: BitOptions = {}): Comparison {
  if (nan === 'exact') {
    const [mine, theirs] = [bytesOf(actual), bytesOf(expected)];
    const width = (actual as Float32Array).BYTES_PER_ELEMENT;
    return compare(actual, expected, 'bit-equal (NaN payloads too)', (_a, _e, i) => {
      for (let b = i * width; b < (i + 1) * width; b++) if (mine[b] !== theirs[b]) return 'bits differ';
      return null;
    });
  }
  return compare(actual, expected, 'bit-equal', (a, e) => {
    if (Object.is(a, e)) return null;
    if (a === e) return 'signs of zero differ';
    return `${ulpDistance(a, e, 'float32')} float32 ulps${typeName(expected) === 'Array' && Math.fround(e) === a ? '; expected value is no float32, wrap it in Float32Array.of()' : ''}`;
  });
}

/** Compares two sequences by units in the last place of the expected value. */
export function compareUlps(actual: Numbers, expected: Numbers, ulps: number, format: CompareFormat): Comparison {
  if (!(ulps >= 0 && Number.isFinite(ulps)))
    throw new RangeError(`[testing] ulps must be finite and 0 or more, got ${ulps}. Use 0.5 for a correctly rounded value.`);
  factsOf(format);
  return compare(actual, expected, `within ${ulps} ${format} ulps`, (a, e) => {
    const distance = ulpDistance(a, e, format);
    return distance <= ulps ? null : `${distance} ulps`;
  });
}

/** Compares two sequences by the tolerance table; `scale` is the largest finite expected magnitude for sums, 0 otherwise. */
export function compareClose(actual: Numbers, expected: Numbers, format: CompareFormat, options: ToleranceOptions = {}): Comparison {
  const { terms = 1, scale = terms > 1 ? largest(listOf(expected)) : 0, slack = 0 } = options;
  const { rtol, atol } = tolerance(format, { terms, scale, slack });
  return compare(actual, expected, `close in ${format} (rtol ${rtol}, atol ${atol})`, (a, e) => {
    const ulps = ulpDistance(a, e, format);
    if (ulps === 0 || (Number.isFinite(ulps) && Math.abs(a - e) <= rtol * Math.abs(e) + atol)) return null;
    return `${ulps} ulps, off by ${Math.abs(a - e)}, allowed ${rtol * Math.abs(e) + atol}`;
  });
}

function compare(
  actual: Numbers,
  expected: Numbers,
  what: string,
  wrong: (a: number, e: number, index: number) => string | null,
): Comparison {
  const [mine, theirs] = [listOf(actual), listOf(expected)];
  const [type, other] = [typeName(actual), typeName(expected)];
  if (type !== 'Array' && other !== 'Array' && type !== other) return failure(`expected ${other} to be ${what}, got ${type}`);
  if (mine.length !== theirs.length) return failure(`expected ${theirs.length} values to be ${what}, got ${mine.length} values`);
  const lines: string[] = [];
  let count = 0;
  for (let i = 0; i < theirs.length; i++) {
    const [a, e] = [mine[i] as number, theirs[i] as number];
    const reason = wrong(a, e, i);
    if (reason === null) continue;
    if (++count <= SHOWN) lines.push(`  [${i}] actual ${show(a)}, expected ${show(e)}: ${reason}`);
  }
  if (count === 0) return { pass: true, message: () => `expected values not to be ${what}, but all ${theirs.length} are` };
  const more = count > SHOWN ? [`  and ${count - SHOWN} more`] : [];
  return failure([`expected values to be ${what}, but ${count} of ${theirs.length} are not:`, ...lines, ...more].join('\n'));
}

const failure = (message: string): Comparison => ({ pass: false, message: () => message });
const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function listOf(values: Numbers): ArrayLike<number> {
  const list = typeof values === 'number' ? [values] : values;
  if (
    list === null ||
    typeof list !== 'object' ||
    typeof list.length !== 'number' ||
    (Array.isArray(list) && list.some((v) => typeof v !== 'number'))
  ) {
    throw new TypeError(
      `[testing] values must be a typed array, an array of numbers or a number, got ${String(values)}. Read a tensor with await tensor.data().`,
    );
  }
  return list;
}

function typeName(values: Numbers): string {
  return ArrayBuffer.isView(values) ? Object.prototype.toString.call(values).slice(8, -1) : 'Array';
}

function bytesOf(values: Numbers): Uint8Array {
  if (!ArrayBuffer.isView(values) || !FLOAT_TYPES.has(typeName(values))) {
    throw new TypeError(
      `[testing] nan: 'exact' needs float arrays on both sides, got ${typeName(values)}. Plain numbers do not keep NaN payloads.`,
    );
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > most && magnitude < Infinity) most = magnitude;
  }
  return most;
}
