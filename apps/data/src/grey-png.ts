import { inflateSync } from 'node:zlib';

/** A grey picture, row by row, 0 to 255. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER = 33; // bytes: the signature and the whole IHDR chunk

/**
 * Reads a PNG of 8 bits of grey without interlacing, as microscopes write them.
 *
 * Pure. Checks no CRC: what is damaged does not inflate.
 *
 * @param name - what error messages call it
 * @throws Error for any other kind of file, or a damaged one
 * @see W3C, Portable Network Graphics, third edition, sections 5, 9 and 10
 */
export function readGreyPng(file: Uint8Array, name: string): GreyPicture {
  if (file.byteLength < HEADER || SIGNATURE.some((byte, i) => file[i] !== byte)) throw refusal(name, 'another kind of file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const kind = [...file.subarray(24, 29)].join(); // depth, colour type, compression, filter, interlace
  if (kind !== '8,0,0,0,0') throw refusal(name, `depth, colour type, compression, filter, interlace ${kind}`);
  const lines = inflated(dataChunks(file, view), name);
  if (lines.byteLength !== height * (width + 1)) throw refusal(name, `${lines.byteLength} bytes for ${width}x${height}`);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) unfilter(lines.subarray(y * (width + 1)), { pixels, y, width, name });
  return { width, height, pixels };
}

function dataChunks(file: Uint8Array, view: DataView): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 8; at + 12 <= file.byteLength;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) found.push(file.subarray(at + 8, at + 8 + length)); // IDAT
    at += 12 + length;
  }
  return found;
}

function inflated(chunks: readonly Uint8Array[], name: string): Uint8Array {
  try {
    return inflateSync(Buffer.concat(chunks));
  } catch (cause) {
    throw new Error(`[data] ${name} cannot be unpacked, got ${String(cause)}. It is damaged or cut short: download it again.`, { cause });
  }
}

/** Takes back what the writer subtracted: the pixel to the left, above, their mean, or Paeth's choice of three. */
function unfilter(
  line: Uint8Array,
  { pixels, y, width, name }: { readonly pixels: Uint8Array; readonly y: number; readonly width: number; readonly name: string },
): void {
  const filter = line[0] ?? 0;
  if (filter > 4) throw refusal(name, `filter ${filter}`);
  const at = (x: number, row: number): number => (x < 0 || row < 0 ? 0 : (pixels[row * width + x] ?? 0));
  for (let x = 0; x < width; x += 1) {
    const [left, above, corner] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
    const guess = [0, left, above, (left + above) >> 1, filter === 4 ? paeth(left, above, corner) : 0][filter] ?? 0;
    pixels[y * width + x] = (line[x + 1] ?? 0) + guess; // modulo 256 by the array
  }
}

/** Of the three neighbours the one nearest to left + above - corner; ties go to left, then above. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function refusal(name: string, got: string): Error {
  return new Error(`[data] ${name} must be a PNG of 8 bits of grey without interlacing, got ${got}. Convert it.`);
}
