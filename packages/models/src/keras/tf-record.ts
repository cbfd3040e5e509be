import { joinBytes } from '../bytes/join-bytes.ts';
import { crc32c } from '../bytes/crc32c.ts';

/** One feature of an example: numbers of a `FloatList`, or of an `Int64List`. */
export interface ExampleFeature {
  readonly name: string;
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/**
 * A `tf.train.Example` in protobuf's wire format: Features (1) of a map (1) from a name (1) to a Feature (2), which is a FloatList (2) or
 * an Int64List (3) of packed numbers (1).
 */
export function exampleBytes(features: readonly ExampleFeature[]): Uint8Array<ArrayBuffer> {
  const entries = features.map(({ name, values }) => {
    const isFloat = values instanceof Float32Array;
    const numbers = isFloat
      ? new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength))
      : varints(values);
    return field(1, [field(1, [new TextEncoder().encode(name)]), field(2, [field(isFloat ? 2 : 3, [field(1, [numbers])])])]);
  });
  return joinBytes([field(1, entries)]);
}

/**
 * One record of a TFRecord file: its length in 8 bytes, their checksum, the bytes, their checksum.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord for the framing and the mask of the checksums
 */
export function recordBytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = Number.parseInt(crc32c(bytes), 16);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A field that holds bytes: its number and kind, how many, and they. */
function field(number: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((total, part) => total + part.length, 0);
  return joinBytes([varints([(number << 3) | 2, length]), ...parts]);
}

/** Whole numbers in groups of seven bits, lowest first; below 0 as two's complement of 64 bits, as Int64 wants it. */
function varints(values: ArrayLike<number>): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value >= 0) small(bytes, value);
    else large(bytes, BigInt.asUintN(64, BigInt(value)));
  }
  return Uint8Array.from(bytes);
}

function small(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function large(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}
