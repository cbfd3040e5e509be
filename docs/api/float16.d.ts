type Format16 = "float16" | "bfloat16";
type Format8 = "float8_e4m3fn" | "float8_e5m2";
type Format = Format16 | Format8;
type Codes<F extends Format, Buffer extends ArrayBufferLike = ArrayBufferLike> = F extends Format8 ? Uint8Array<Buffer> : Uint16Array<Buffer>;
interface FormatInfo {
    readonly name: Format;
    readonly bits: 8 | 16;
    readonly exponentBits: number;
    readonly mantissaBits: number;
    readonly bias: number;
    readonly max: number;
    readonly minNormal: number;
    readonly minSubnormal: number;
    readonly epsilon: number;
    readonly hasInfinity: boolean;
    readonly maxCode: number;
    readonly infinityCode: number | null;
    readonly nanCode: number;
}
declare const formats: Readonly<Record<Format, FormatInfo>>;
interface FromBytesOptions {
    readonly byteOffset?: number | undefined;
    readonly length?: number | undefined;
}
declare function fromBytes<F extends Format>(buffer: ArrayBufferLike | ArrayBufferView, format: F, options?: FromBytesOptions): Codes<F, ArrayBuffer>;
declare function toBytes(bits: Uint16Array | Uint8Array): Uint8Array<ArrayBuffer>;
interface DecodeOptions<Out = Float32Array> {
    readonly out?: Out | undefined;
}
declare function decode<F extends Format, Out extends Float32Array = Float32Array<ArrayBuffer>>(bits: Codes<F>, format: F, options?: DecodeOptions<Out>): Out;
type Rounding = "nearest-even" | "toward-zero" | "stochastic";
type Overflow = "infinity" | "saturate";
interface RoundingOptions {
    readonly rounding?: Rounding | undefined;
    readonly overflow?: Overflow | undefined;
    readonly seed?: number | undefined;
}
interface EncodeOptions<Out = Uint16Array | Uint8Array> extends RoundingOptions {
    readonly out?: Out | undefined;
}
declare function encode<F extends Format, Out extends Codes<F> = Codes<F, ArrayBuffer>>(values: ArrayLike<number>, format: F, options?: EncodeOptions<Out>): Out;
interface RoundOptions<Out = Float32Array> extends RoundingOptions {
    readonly out?: Out | undefined;
}
declare function round<Out extends Float32Array = Float32Array<ArrayBuffer>>(values: ArrayLike<number>, format: Format, options?: RoundOptions<Out>): Out;
interface RangeSummary {
    readonly count: number;
    readonly nan: number;
    readonly infinite: number;
    readonly overflow: number;
    readonly underflow: number;
    readonly subnormal: number;
    readonly maxAbs: number;
    readonly minAbsNonZero: number;
}
declare function summarize(values: ArrayLike<number>, format: Format): RangeSummary;
export { type Codes, type DecodeOptions, type EncodeOptions, type Format, type Format16, type Format8, type FormatInfo, type FromBytesOptions, type Overflow, type RangeSummary, type RoundOptions, type Rounding, type RoundingOptions, decode, encode, formats, fromBytes, round, summarize, toBytes };
