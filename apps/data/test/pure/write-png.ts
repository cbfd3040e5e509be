import { deflateSync } from 'node:zlib';

/** What a test wants of a PNG. */
export interface PngWish {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  /** Of each row in turn: 0 none, 1 left, 2 above, 3 mean, 4 Paeth. */
  readonly filters?: readonly number[];
  /** Depth, colour type, compression, filter, interlace. */
  readonly kind?: readonly number[];
}

/** Writes a grey PNG, filtered as told, without checksums: our reader looks at none. */
export function writePng({ width, height, pixels, filters = [0], kind = [8, 0, 0, 0, 0] }: PngWish): Uint8Array {
  const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : (pixels[y * width + x] ?? 0));
  const lines = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y += 1) {
    const filter = filters[y % filters.length] ?? 0;
    lines[y * (width + 1)] = filter;
    for (let x = 0; x < width; x += 1) {
      const [a, b, c] = [at(x - 1, y), at(x, y - 1), at(x - 1, y - 1)];
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      lines[y * (width + 1) + 1 + x] = at(x, y) - ([0, a, b, (a + b) >> 1, paeth][filter] ?? 0);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(kind, 8);
  const packed = deflateSync(lines);
  const [first, second] = [packed.subarray(0, 5), packed.subarray(5)]; // two chunks, as large files have
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', first),
    chunk('IDAT', second),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.byteLength);
  return Buffer.concat([length, Buffer.from(name, 'latin1'), body, Buffer.alloc(4)]);
}
