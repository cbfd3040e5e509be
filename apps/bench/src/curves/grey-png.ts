import { inflateSync } from 'node:zlib';

/** A grey picture, row by row, 0 to 255. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = '89504e470d0a1a0a';
const GREY_8_BIT = [8, 0, 0, 0, 0]; // depth, colour type, compression, filter, interlace

/** How each filter of a row guesses a byte from the ones to the left, above and above left. */
const guesses: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

/**
 * Reads a PNG of 8 bits of grey without interlacing, which is all that microscopes and masks need.
 *
 * Pure. Checks no CRC: what is damaged does not inflate.
 *
 * @throws Error for any other kind of file
 * @see W3C, Portable Network Graphics, third edition, sections 5, 9 and 10
 */
export function readGreyPng(file: Uint8Array): GreyPicture {
  if (Buffer.from(file.subarray(0, 8)).toString('hex') !== SIGNATURE) throw refusal('another kind of file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const packed: Uint8Array[] = [];
  let [width, height] = [0, 0];
  for (let at = 8; at + 12 <= file.byteLength;) {
    const length = view.getUint32(at);
    const name = Buffer.from(file.subarray(at + 4, at + 8)).toString('latin1');
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'IHDR') {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      const kind = [...body.subarray(8, 13)];
      if (kind.join() !== GREY_8_BIT.join()) throw refusal(`depth, colour type, compression, filter, interlace ${kind.join()}`);
    }
    if (name === 'IDAT') packed.push(body);
    at += 12 + length;
  }
  const filtered = inflateSync(Buffer.concat(packed));
  if (filtered.byteLength !== height * (width + 1)) throw refusal(`${filtered.byteLength} bytes for ${width}x${height}`);
  return { width, height, pixels: unfiltered(filtered, width, height) };
}

function unfiltered(filtered: Uint8Array, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const guess = guesses[filtered[y * (width + 1)] ?? 0];
    if (guess === undefined) throw refusal('an unknown filter');
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const left = x > 0 ? (pixels[at - 1] ?? 0) : 0;
      const above = y > 0 ? (pixels[at - width] ?? 0) : 0;
      const corner = x > 0 && y > 0 ? (pixels[at - width - 1] ?? 0) : 0;
      pixels[at] = (filtered[y * (width + 1) + 1 + x] ?? 0) + guess(left, above, corner); // modulo 256 by the array
    }
  }
  return pixels;
}

/** The neighbour that is nearest to left + above - corner; ties go to left, then above. */
function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove, toCorner] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function refusal(got: string): Error {
  return new Error(`[bench] a picture must be a PNG of 8 bits of grey without interlacing, got ${got}. Convert it.`);
}
