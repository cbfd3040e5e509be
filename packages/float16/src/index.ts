export { type FromBytesOptions, fromBytes, toBytes } from './bytes.ts';
export { type DecodeOptions, decode } from './decode.ts';
export { type EncodeOptions, encode } from './encode.ts';
export { type Codes, type Format, type Format16, type Format8, type FormatInfo, formats } from './format.ts';
export { type RoundOptions, round } from './round.ts';
export type { Overflow, Rounding, RoundingOptions } from './rounding.ts';
export { type RangeSummary, summarize } from './summarize.ts';
