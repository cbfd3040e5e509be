import type { Picture } from '../finding.ts';
import { curvesSvg } from './curves-svg.ts';
import { imagesSvg } from './images-svg.ts';

/**
 * Draws the pictures of a finding as one SVG, one below the other, in Node.
 *
 * @throws RangeError where there is none
 */
export function picturesSvg(pictures: readonly Picture[]): string {
  const parts = pictures.map((picture) => (picture.kind === 'curves' ? curvesSvg(picture) : imagesSvg(picture)));
  const [only] = parts;
  if (only === undefined) throw new RangeError('[tutorials] a finding needs a picture to be drawn, got none. Leave --picture out.');
  if (parts.length === 1) return only;
  const sizes = parts.map((svg) => [widthOf(svg, 'width'), widthOf(svg, 'height')] as const);
  const width = Math.max(...sizes.map(([wide]) => wide));
  let top = 0;
  const placed = parts.map((svg, i) => {
    const at = svg.replace('<svg ', `<svg y="${top}" `);
    top += (sizes[i]?.[1] ?? 0) + 8;
    return at;
  });
  const background = '<rect width="100%" height="100%" fill="white"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}">${background}${placed.join('')}</svg>`;
}

function widthOf(svg: string, attribute: 'width' | 'height'): number {
  return Number(new RegExp(`^<svg[^>]*? ${attribute}="([0-9.]+)"`).exec(svg)?.[1] ?? 0);
}
