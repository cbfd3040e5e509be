import { svg } from '@halftone/page/elements';
import { powerOfTwo } from '../shared/number-words.ts';
import type { NumberFormat } from './number-format.ts';
import { numberFormats } from './number-format.ts';
import type { Placing } from './placing.ts';

/** A part of the axis of powers of two. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly tick: number;
}

export const windows = {
  all: { from: -152, to: 130, tick: 40 },
  near: { from: -28, to: 18, tick: 8 },
} as const satisfies Readonly<Record<string, Window>>;

const ROW = 38;
const BAR = 14;
const MARGIN = 10;

/** Where a power of two lies across a chart; what lies outside of the window is put on its edge. */
export function position(exponent: number, { from, to }: Window, width: number): number {
  const part = (Math.min(to, Math.max(from, exponent)) - from) / (to - from);
  return MARGIN + part * (width - 2 * MARGIN);
}

/**
 * Draws the range of each format on an axis of powers of two, and where a number lies.
 *
 * The picture is for the eye; the table below it says the same.
 *
 * @param width - in CSS pixels
 * @param view - the part of the axis
 * @param value - the number; without one (NaN, zero, infinity) no line is drawn
 * @param placings - what each format makes of it, in the order of `numberFormats`
 */
export function drawRanges(width: number, view: Window, value: number, placings: readonly Placing[]): SVGElement {
  const height = numberFormats.length * ROW + 30;
  const bottom = numberFormats.length * ROW + 6;
  const size = Math.abs(value);
  const at = size > 0 && size < Infinity ? position(Math.log2(size), view, width) : undefined;
  const rows = numberFormats.map((format, i) => drawRow(format, i * ROW, view, width, { at, placing: placings[i] }));
  const line = at === undefined ? [] : [svg('line', { class: 'ht-marker', x1: at, x2: at, y1: 2, y2: bottom })];
  return svg(
    'svg',
    { class: 'ht-chart', viewBox: `0 0 ${width} ${height}`, height, 'aria-hidden': 'true', focusable: 'false' },
    ...drawAxis(view, width, bottom),
    ...line,
    ...rows,
  );
}

interface Mark {
  readonly at: number | undefined;
  readonly placing: Placing | undefined;
}

function drawRow(format: NumberFormat, top: number, view: Window, width: number, { at, placing }: Mark): SVGElement {
  const x = (value: number): number => position(Math.log2(value), view, width);
  const [least, normal, most] = [x(format.minSubnormal), x(format.minNormal), x(format.max)];
  const y = top + ROW - BAR - 2;
  const label = Math.max(MARGIN, Math.min(least, width - 110));
  const parts = [
    svg('rect', { class: 'ht-subnormal', x: least, y, width: Math.max(0, normal - least), height: BAR }),
    svg('rect', { class: 'ht-normal', x: normal, y, width: Math.max(1, most - normal), height: BAR }),
    svg('text', { x: label, y: y - 5 }, format.name),
  ];
  if (at !== undefined && placing) parts.push(dot(at, y + BAR / 2, placing));
  return svg('g', {}, ...parts);
}

/** A full dot where the format has a number nearby, a cross where the number is lost or too large. */
function dot(x: number, y: number, { overflows, vanishes, region }: Placing): SVGElement {
  if (!overflows && !vanishes && region !== 'nan') return svg('circle', { class: 'ht-dot', cx: x, cy: y, r: 5 });
  return svg('path', { class: 'ht-cross', d: `M${x - 5} ${y - 5}l10 10m0-10l-10 10` });
}

function drawAxis(view: Window, width: number, bottom: number): readonly SVGElement[] {
  const marks: SVGElement[] = [svg('line', { class: 'ht-axis', x1: MARGIN, x2: width - MARGIN, y1: bottom, y2: bottom })];
  const first = Math.ceil((view.from + 1) / view.tick) * view.tick;
  for (let exponent = first; exponent < view.to; exponent += view.tick) {
    const x = position(exponent, view, width);
    marks.push(
      svg('line', { class: 'ht-grid', x1: x, x2: x, y1: 0, y2: bottom }),
      svg('text', { class: 'ht-quiet-text', x, y: bottom + 17, 'text-anchor': 'middle' }, powerOfTwo(exponent)),
    );
  }
  return marks;
}
