import { type Codes, type Format, formatInfo } from './format.ts';
import { message } from './message.ts';
import { typedArrayName } from './numeric-array.ts';

/** Options of {@link fromBytes}. */
export interface FromBytesOptions {
  /** Where the codes begin, in bytes from the start of `buffer`; 0 unless set. Need not be even. */
  readonly byteOffset?: number | undefined;
  /** How many codes to read; all that are left unless set. */
  readonly length?: number | undefined;
}

/**
 * Reads codes out of raw bytes, lower byte first.
 *
 * Weight files put halves at any offset, while a `Uint16Array` can only begin at an even one and has the byte order of
 * the machine. This reads them anywhere.
 *
 * Pure and synchronous; copies, so the bytes may be changed or dropped afterwards.
 *
 * @param buffer - an ArrayBuffer, or a view such as Node's Buffer, whose own bounds then count
 * @param format - `'float16'`, `'bfloat16'`, `'float8_e4m3fn'` or `'float8_e5m2'`
 * @param options - `byteOffset` 0 and `length` up to the end unless set
 * @returns the codes, ready for {@link decode}: Uint16Array for 16-bit formats, Uint8Array for float8; owned by the caller
 * @throws TypeError if `buffer` holds no bytes; RangeError for an unknown format, an odd number of bytes for a 16-bit format,
 * and an offset or length outside the buffer
 *
 * @example
 * const file = new Uint8Array([7, 0x00, 0x3c, 0xff, 0x7b]);
 * fromBytes(file, 'float16', { byteOffset: 1 }); // Uint16Array [0x3c00, 0x7bff]
 */
export function fromBytes<F extends Format>(
  buffer: ArrayBufferLike | ArrayBufferView,
  format: F,
  options?: FromBytesOptions,
): Codes<F, ArrayBuffer>;
export function fromBytes(
  buffer: ArrayBufferLike | ArrayBufferView,
  format: Format,
  options: FromBytesOptions = {},
): Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer> {
  const width = formatInfo(format).bits / 8;
  const bytes = bytesOf(buffer);
  const { byteOffset = 0 } = options;
  checkCount('byteOffset', byteOffset, bytes.length);
  const left = bytes.length - byteOffset;
  const { length = left / width } = options;
  if (options.length === undefined && left % width !== 0) {
    throw new RangeError(
      message(
        `${format} needs an even number of bytes from byteOffset ${byteOffset} on`,
        left,
        'Is the file cut short? For a part pass { length }.',
      ),
    );
  }
  checkCount('length', length, Math.floor(left / width));
  if (width === 1) return bytes.slice(byteOffset, byteOffset + length);
  const codes = new Uint16Array(length);
  for (let i = 0, at = byteOffset; i < length; i++, at += 2) codes[i] = bytes[at]! | (bytes[at + 1]! << 8);
  return codes;
}

/**
 * Writes codes as raw bytes, lower byte first: what a weight file holds, on every machine.
 *
 * Pure and synchronous; allocates the result.
 *
 * @param bits - codes from {@link encode}
 * @returns two bytes for each 16-bit code or one for each 8-bit code, on a buffer of their own; owned by the caller
 * @throws TypeError if `bits` is neither a Uint16Array nor a Uint8Array
 *
 * @example
 * toBytes(new Uint16Array([0x3c00])); // Uint8Array [0x00, 0x3c]
 */
export function toBytes(bits: Uint16Array | Uint8Array): Uint8Array<ArrayBuffer> {
  const name = typedArrayName(bits);
  if (name === 'Uint8Array') return new Uint8Array(bits);
  if (name !== 'Uint16Array')
    throw new TypeError(message('bits must be a Uint16Array or Uint8Array', bits, 'Pass the result of encode().'));
  const bytes = new Uint8Array(2 * bits.length);
  for (let i = 0; i < bits.length; i++) {
    bytes[2 * i] = bits[i]!;
    bytes[2 * i + 1] = bits[i]! >> 8;
  }
  return bytes;
}

function bytesOf(buffer: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
  if (Object.prototype.toString.call(buffer).endsWith('ArrayBuffer]')) return new Uint8Array(buffer as ArrayBuffer);
  throw new TypeError(message('buffer must be an ArrayBuffer or a view', buffer, 'Pass the bytes as read from the file.'));
}

function checkCount(argument: string, value: number, largest: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= largest) return;
  throw new RangeError(message(`${argument} must be a whole number from 0 to ${largest}`, value, 'Check the size of the buffer.'));
}
