import { checkName } from './name.ts';

/** A 16-bit number format; its codes travel in a `Uint16Array`. */
export type Format16 = 'float16' | 'bfloat16';

/** An 8-bit number format; its codes travel in a `Uint8Array`. */
export type Format8 = 'float8_e4m3fn' | 'float8_e5m2';

/** A number format narrower than float32, named as in ml_dtypes, PyTorch and safetensors files. */
export type Format = Format16 | Format8;

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
  float16: /* @__PURE__ */ Object.freeze({
    name: 'float16',
    bits: 16,
    exponentBits: 5,
    mantissaBits: 10,
    bias: 15,
    max: 65504,
    minNormal: 2 ** -14,
    minSubnormal: 2 ** -24,
    epsilon: 2 ** -10,
    hasInfinity: true,
    maxCode: 0x7bff,
    infinityCode: 0x7c00,
    nanCode: 0x7e00,
  }),
  bfloat16: /* @__PURE__ */ Object.freeze({
    name: 'bfloat16',
    bits: 16,
    exponentBits: 8,
    mantissaBits: 7,
    bias: 127,
    max: 255 * 2 ** 120,
    minNormal: 2 ** -126,
    minSubnormal: 2 ** -133,
    epsilon: 2 ** -7,
    hasInfinity: true,
    maxCode: 0x7f7f,
    infinityCode: 0x7f80,
    nanCode: 0x7fc0,
  }),
  float8_e4m3fn: /* @__PURE__ */ Object.freeze({
    name: 'float8_e4m3fn',
    bits: 8,
    exponentBits: 4,
    mantissaBits: 3,
    bias: 7,
    max: 448,
    minNormal: 2 ** -6,
    minSubnormal: 2 ** -9,
    epsilon: 2 ** -3,
    hasInfinity: false,
    maxCode: 0x7e,
    infinityCode: null,
    nanCode: 0x7f,
  }),
  float8_e5m2: /* @__PURE__ */ Object.freeze({
    name: 'float8_e5m2',
    bits: 8,
    exponentBits: 5,
    mantissaBits: 2,
    bias: 15,
    max: 57344,
    minNormal: 2 ** -14,
    minSubnormal: 2 ** -16,
    epsilon: 2 ** -2,
    hasInfinity: true,
    maxCode: 0x7b,
    infinityCode: 0x7c,
    nanCode: 0x7e,
  }),
});

/** The row of a format; an unknown name throws and suggests the nearest one. */
export function formatInfo(format: Format): FormatInfo {
  checkName('format', Object.keys(formats), format);
  return formats[format];
}
