import { checkName } from './message.ts';

/** A 16-bit number format; its codes travel in a `Uint16Array`. */
export type Format16 = 'float16' | 'bfloat16';

/** An 8-bit number format; its codes travel in a `Uint8Array`. */
export type Format8 = 'float8_e4m3fn' | 'float8_e5m2';

/** A number format narrower than float32, named as in ml_dtypes, PyTorch and safetensors files. */
export type Format = Format16 | Format8;

/** The class of array that holds codes of a format: Uint16Array or Uint8Array by its width. */
export type Codes<F extends Format, Buffer extends ArrayBufferLike = ArrayBufferLike> = F extends Format8
  ? Uint8Array<Buffer>
  : Uint16Array<Buffer>;

/** The facts of one number format. Values are exact numbers; codes are bit patterns without the sign bit. */
export interface FormatInfo {
  readonly name: Format;
  /** Width of a code in bits. */
  readonly bits: 8 | 16;
  readonly exponentBits: number;
  /** Stored mantissa bits, without the implicit leading one. */
  readonly mantissaBits: number;
  /** What is subtracted from the stored exponent of a normal number. */
  readonly bias: number;
  /** Largest finite value. */
  readonly max: number;
  /** Smallest positive value with full precision. */
  readonly minNormal: number;
  /** Smallest positive value. */
  readonly minSubnormal: number;
  /** Distance from 1 to the next larger value. */
  readonly epsilon: number;
  /** Whether the format has infinities; without them, `overflow: 'infinity'` gives NaN. */
  readonly hasInfinity: boolean;
  readonly maxCode: number;
  readonly infinityCode: number | null;
  /** The one code that `encode` writes for every NaN. */
  readonly nanCode: number;
}

/**
 * The facts of each format: widths, limits, special codes.
 *
 * float16 is binary16 of IEEE 754-2019 §3.6. bfloat16 is the upper half of a float32. The float8 formats are those of
 * Micikevicius et al. 2022, "FP8 Formats for Deep Learning" (arXiv 2209.05433): e5m2 follows IEEE rules, e4m3fn gives its
 * infinities away for a larger range and keeps one NaN per sign.
 *
 * Plain frozen data.
 *
 * @example
 * formats.float16.max; // 65504
 * formats.float8_e4m3fn.hasInfinity; // false
 */
export const formats: Readonly<Record<Format, FormatInfo>> = /* @__PURE__ */ Object.freeze({
  float16: /* @__PURE__ */ describe('float16', 5, 10),
  bfloat16: /* @__PURE__ */ describe('bfloat16', 8, 7),
  float8_e4m3fn: /* @__PURE__ */ describe('float8_e4m3fn', 4, 3),
  float8_e5m2: /* @__PURE__ */ describe('float8_e5m2', 5, 2),
});

/** All facts of a format follow from two widths and whether the topmost exponent is given to infinity and NaN (not in "fn" formats). */
function describe(name: Format, exponentBits: number, mantissaBits: number): FormatInfo {
  const hasInfinity = !name.endsWith('fn');
  const bias = 2 ** (exponentBits - 1) - 1;
  const minNormal = 2 ** (1 - bias);
  const epsilon = 2 ** -mantissaBits;
  const top = 2 ** (exponentBits + mantissaBits); // first code beyond all
  const infinityCode = hasInfinity ? top - 2 ** mantissaBits : null;
  return Object.freeze({
    name,
    bits: exponentBits + mantissaBits > 7 ? 16 : 8,
    exponentBits,
    mantissaBits,
    bias,
    max: hasInfinity ? (2 - epsilon) * 2 ** bias : (2 - 2 * epsilon) * 2 ** (bias + 1),
    minNormal,
    minSubnormal: minNormal * epsilon,
    epsilon,
    hasInfinity,
    maxCode: (infinityCode ?? top - 1) - 1,
    infinityCode,
    nanCode: infinityCode === null ? top - 1 : infinityCode + 2 ** (mantissaBits - 1),
  });
}

/** The row of a format; an unknown name throws and suggests the nearest one. */
export function formatInfo(format: Format): FormatInfo {
  checkName('format', Object.keys(formats), format);
  return formats[format];
}
