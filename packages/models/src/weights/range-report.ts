import type { Codes, Format, RangeSummary } from '@halftone/float16';
import { encode, summarize } from '@halftone/float16';
import { message, show } from '../bytes/model-file-error.ts';

/** What may be lost when float32 values become half. What is not named here is refused. */
export interface RangeAllowance {
  /** Finite values beyond the largest of the format: kept as `'infinity'`, or held at the largest, `'saturate'`. */
  readonly overflow?: 'infinity' | 'saturate' | undefined;
  /** Values that become zero. */
  readonly underflow?: boolean | undefined;
  /** Infinities and NaN, which the format holds as they are. */
  readonly nonFinite?: boolean | undefined;
}

/** How the values of one tensor sit in the range of the format. */
export interface TensorRange {
  readonly name: string;
  readonly range: RangeSummary;
}

/**
 * Thrown before anything is written or placed: weights do not fit a half format, and nobody said what to do about it.
 *
 * `tensors` holds every tensor that does not fit, with counts.
 */
export class HalfRangeError extends RangeError {
  override readonly name = 'HalfRangeError';
  readonly format: Format;
  readonly tensors: readonly TensorRange[];

  constructor(format: Format, tensors: readonly TensorRange[]) {
    const named = tensors.slice(0, 5).map(({ name, range }) => `${show(name)} (${words(range)})`);
    const more = tensors.length > named.length ? ` and ${tensors.length - named.length} more` : '';
    super(
      message(
        `${tensors.length === 1 ? 'a weight does' : `${tensors.length} weights do`} not fit ${format}`,
        `${named.join(', ')}${more}`,
        "Keep them in float32 by name, or say what may be lost: allow: { overflow: 'saturate', underflow: true, nonFinite: true }.",
      ),
    );
    this.format = format;
    this.tensors = tensors;
  }
}

function words({ overflow, underflow, nan, infinite, maxAbs }: RangeSummary): string {
  const parts = [
    overflow > 0 ? `${overflow} overflow, the largest ${maxAbs}` : '',
    underflow > 0 ? `${underflow} become zero` : '',
    infinite > 0 ? `${infinite} infinite` : '',
    nan > 0 ? `${nan} NaN` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Whether a tensor loses nothing but what is allowed. */
export function fits(range: RangeSummary, allow: RangeAllowance): boolean {
  if (range.overflow > 0 && allow.overflow === undefined) return false;
  if (range.underflow > 0 && allow.underflow !== true) return false;
  return range.nan + range.infinite === 0 || allow.nonFinite === true;
}

/** Refuses an allowance that means nothing, so that a slip of the pen does not allow more or less than was meant. */
export function checkAllowance(allow: RangeAllowance | undefined): RangeAllowance {
  const { overflow, underflow, nonFinite, ...others } = (allow ?? {}) as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new RangeError(message('allow has an unknown name', unknown, 'Use overflow, underflow and nonFinite.'));
  if (overflow !== undefined && overflow !== 'infinity' && overflow !== 'saturate') {
    throw new RangeError(
      message("allow.overflow must be 'infinity' or 'saturate'", show(overflow), 'Say what becomes of values that are too large.'),
    );
  }
  for (const [name, value] of Object.entries({ underflow, nonFinite })) {
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(message(`allow.${name} must be true or false`, show(value), 'Leave it out to refuse.'));
  }
  return allow ?? {};
}

/** Encodes what `fits`; saturating leaves infinities that were infinite before. */
export function narrow<F extends Format>(values: Float32Array, format: F, allow: RangeAllowance): Codes<F, ArrayBuffer> {
  const bits: Uint16Array | Uint8Array = encode(values, format);
  if (allow.overflow !== 'saturate') return bits as Codes<F, ArrayBuffer>;
  const held: Uint16Array | Uint8Array = encode(values, format, { overflow: 'saturate' });
  for (let i = 0; i < bits.length; i++) if (Math.abs(values[i] as number) < Infinity) bits[i] = held[i] as number;
  return bits as Codes<F, ArrayBuffer>;
}

export { summarize as rangeOf };
