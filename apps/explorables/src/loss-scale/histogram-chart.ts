import { setAttributes, svg } from '@halftone/page/elements';
import { powerOfTwo } from '../shared/number-words.ts';
import type { ExponentCounts } from './gradient-record.ts';
import type { Fate } from './shares.ts';
import { fateFrom, fateOf } from './shares.ts';

/** The exponents that the chart shows. What is smaller is not drawn: it is among the shares. */
const AXIS = { from: -56, to: 26, tick: 8 } as const;
const HEIGHT = 220;
const TOP = 24;
const BOTTOM = HEIGHT - 24;

const ZONES: readonly { readonly fate: Fate; readonly from: number; readonly to: number; readonly label: string }[] = [
  { fate: 'zero', from: AXIS.from, to: fateFrom.subnormal, label: 'becomes zero' },
  { fate: 'subnormal', from: fateFrom.subnormal, to: fateFrom.normal, label: 'loses bits' },
  { fate: 'normal', from: fateFrom.normal, to: fateFrom.overflow, label: 'float16 in full' },
  { fate: 'overflow', from: fateFrom.overflow, to: AXIS.to, label: 'overflows' },
];

/** A drawn histogram that can be moved along the axis. */
export interface HistogramChart {
  readonly element: SVGElement;
  slide(scaleExponent: number): void;
}

/**
 * Draws the exponents of gradients over the range of float16. A loss scale slides them to the right as a whole.
 *
 * @param width - in CSS pixels
 * @param counts - how often each exponent occurs
 */
export function createHistogramChart(width: number, { first, counts }: ExponentCounts): HistogramChart {
  const step = width / (AXIS.to - AXIS.from);
  const x = (exponent: number): number => (exponent - AXIS.from) * step;
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1, ((BOTTOM - TOP - 4) * count) / most);
    return { exponent: first + i, rect: svg('rect', { x: x(first + i) + 0.5, y: BOTTOM - height, width: Math.max(1, step - 1), height }) };
  });
  const moving = svg('g', { class: 'ht-bars' }, ...bars.map(({ rect }) => rect));
  const element = svg(
    'svg',
    { class: 'ht-chart ht-histogram', viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, 'aria-hidden': 'true', focusable: 'false' },
    ...ZONES.flatMap((zone) => drawZone(zone, x)),
    svg('svg', { x: 0, y: 0, width, height: HEIGHT }, moving), // cuts off what leaves the axis
    svg('line', { class: 'ht-axis', x1: 0, x2: width, y1: BOTTOM, y2: BOTTOM }),
    ...drawTicks(x, width),
  );
  return {
    element,
    slide(scaleExponent) {
      setAttributes(moving, { transform: `translate(${scaleExponent * step} 0)` });
      for (const { exponent, rect } of bars) setAttributes(rect, { class: `ht-bar-${fateOf(exponent + scaleExponent)}` });
    },
  };
}

function drawZone({ fate, from, to, label }: (typeof ZONES)[number], x: (exponent: number) => number): SVGElement[] {
  const room = x(to) - x(from);
  const zone = svg('rect', { class: `ht-zone-${fate}`, x: x(from), y: TOP, width: room, height: BOTTOM - TOP });
  return room < label.length * 7 ? [zone] : [zone, svg('text', { x: x(from) + room / 2, y: TOP - 8, 'text-anchor': 'middle' }, label)];
}

function drawTicks(x: (exponent: number) => number, width: number): SVGElement[] {
  const every = width < 480 ? 2 * AXIS.tick : AXIS.tick;
  const marks: SVGElement[] = [];
  for (let exponent = Math.ceil(AXIS.from / every) * every; exponent < AXIS.to; exponent += every) {
    if (x(exponent) < 14) continue;
    marks.push(
      svg('line', { class: 'ht-axis', x1: x(exponent), x2: x(exponent), y1: BOTTOM, y2: BOTTOM + 4 }),
      svg('text', { class: 'ht-quiet-text', x: x(exponent), y: BOTTOM + 18, 'text-anchor': 'middle' }, powerOfTwo(exponent)),
    );
  }
  return marks;
}
