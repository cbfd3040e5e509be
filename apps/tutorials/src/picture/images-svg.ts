import { encode } from 'fast-png';
import type { Image, ImagesPicture } from '../finding.ts';

const CELL = 132; // edge of an image as shown, in pixels
const GAP = 12;
const TOP = 36;
const LINE = 20; // of a label

/**
 * Draws rows of small grey images as a self-contained SVG, in Node: each is a PNG inside of it.
 *
 * @returns the text of one `svg` element
 */
export function imagesSvg({ title, rows, summary }: ImagesPicture): string {
  const across = Math.max(1, ...rows.map(({ images }) => images.length));
  const rowHeight = CELL + 2 * LINE + GAP;
  const [width, height] = [across * (CELL + GAP) + GAP, TOP + rows.length * rowHeight];
  const parts = rows.flatMap(({ caption, images }, row) => [
    text(GAP, TOP + row * rowHeight + 14, caption, 'bold'),
    ...images.flatMap((image, column) => imageParts(image, GAP + column * (CELL + GAP), TOP + row * rowHeight + LINE)),
  ]);
  const head = `<title>${escaped(title)}</title><desc>${escaped(summary)}</desc><rect width="100%" height="100%" fill="white"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#1b2028">${head}${text(GAP, 22, title, 'bold')}${parts.join('')}</svg>`;
}

function imageParts(image: Image, x: number, y: number): string[] {
  const href = `data:image/png;base64,${Buffer.from(pngOf(image)).toString('base64')}`;
  return [
    `<image href="${href}" x="${x}" y="${y}" width="${CELL}" height="${CELL}" image-rendering="pixelated"/>`,
    text(x, y + CELL + 15, image.label, 'normal'),
  ];
}

/** A grey PNG of the values from 0 to 1; what lies outside is clipped. */
function pngOf({ side, values }: Image): Uint8Array {
  const data = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  return encode({ width: side, height: side, data, channels: 1, depth: 8 });
}

function text(x: number, y: number, said: string, weight: 'bold' | 'normal'): string {
  return `<text x="${x}" y="${y}" font-weight="${weight}">${escaped(said)}</text>`;
}

function escaped(said: string): string {
  return said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
