import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a chart shows beside its marks. */
export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Upper end of the y axis, where the marks do not say it well. */
  readonly yMax?: number;
}

/** A bar of a chart, in a group. */
export interface Bar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  /** Ends of its spread. */
  readonly low: number;
  readonly high: number;
}

const SIZE = { width: 640, height: 360, marginLeft: 64, marginRight: 20, marginTop: 36, marginBottom: 44 } as const;
const STYLE = { background: 'white', color: '#1b2028', fontSize: '13px' } as const; // stands in Markdown, where no page gives it colours

/**
 * Draws points with lines between them as a self-contained SVG, both axes from 0.
 *
 * Drawn by Observable Plot on linkedom's document, so it needs no browser.
 *
 * @returns the text of one `svg` element
 */
export function lineChart(series: readonly Series[], { title, xLabel, yLabel }: ChartOptions): string {
  const points = series.flatMap(({ name, points: own }) => own.map((point) => ({ ...point, name })));
  const ends = series.map(({ name, points: own }) => ({ ...own.at(-1), name }));
  return drawn({
    ...SIZE,
    marginRight: 130,
    title,
    x: { label: xLabel, zero: true, nice: true },
    y: { label: yLabel, zero: true, grid: true, nice: true },
    color: { type: 'categorical' },
    marks: [
      Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: 'name', strokeWidth: 2 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'name', r: 3 }),
      Plot.text(ends, { x: 'x', y: 'y', text: 'name', textAnchor: 'start', dx: 8 }),
    ],
  });
}

/**
 * Draws groups of bars with their spread as a self-contained SVG; a line at 1 is what they are compared with.
 *
 * @returns the text of one `svg` element
 */
export function barChart(bars: readonly Bar[], { title, xLabel, yLabel, yMax }: ChartOptions): string {
  return drawn({
    ...SIZE,
    title,
    fx: { label: xLabel },
    x: { axis: null },
    y: { label: yLabel, grid: true, ...(yMax === undefined ? { zero: true } : { domain: [0, yMax] }) },
    color: { type: 'categorical', legend: false },
    marks: [
      Plot.barY(bars, { fx: 'group', x: 'name', y: 'value', fill: 'name' }),
      Plot.ruleX(bars, { fx: 'group', x: 'name', y1: 'low', y2: 'high' }),
      Plot.text(bars, { fx: 'group', x: 'name', y: 'high', text: 'name', rotate: -90, textAnchor: 'start', dy: -6, fontSize: 9 }),
      Plot.ruleY([1], { strokeDasharray: '4 3' }),
      Plot.ruleY([0]),
    ],
  });
}

function drawn({ title, ...options }: Plot.PlotOptions & { readonly title: string }): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({ ...options, document, style: STYLE, ariaLabel: title });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}
