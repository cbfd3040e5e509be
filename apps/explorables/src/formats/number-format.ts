import type { Format } from '@halftone/float16';
import { formats } from '@halftone/float16';

export type FormatName = 'float32' | Format;

/** The facts of a format that the explorable draws; those of `@halftone/float16`, and float32's beside them. */
export interface NumberFormat {
  readonly name: FormatName;
  /** In one line: what it is for. */
  readonly about: string;
  readonly bits: number;
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  readonly max: number;
  readonly minNormal: number;
  readonly minSubnormal: number;
  /** Code of infinity without the sign; the largest finite code where there is none. */
  readonly topCode: number;
  readonly hasInfinity: boolean;
}

const FLOAT32: NumberFormat = {
  name: 'float32',
  about: 'what TensorFlow.js computes in',
  bits: 32,
  exponentBits: 8,
  mantissaBits: 23,
  bias: 127,
  max: (2 - 2 ** -23) * 2 ** 127,
  minNormal: 2 ** -126,
  minSubnormal: 2 ** -149,
  topCode: 0x7f800000,
  hasInfinity: true,
};

function narrow(name: Format, about: string): NumberFormat {
  const { bits, exponentBits, mantissaBits, bias, max, minNormal, minSubnormal, maxCode, infinityCode, hasInfinity } = formats[name];
  return {
    name,
    about,
    bits,
    exponentBits,
    mantissaBits,
    bias,
    max,
    minNormal,
    minSubnormal,
    topCode: infinityCode ?? maxCode,
    hasInfinity,
  };
}

/** The five formats, from wide to narrow. */
export const numberFormats: readonly NumberFormat[] = [
  FLOAT32,
  narrow('float16', 'half: fine steps, a short range'),
  narrow('bfloat16', 'half: the range of float32, coarse steps'),
  narrow('float8_e4m3fn', 'a byte: weights and activations'),
  narrow('float8_e5m2', 'a byte: gradients'),
];
