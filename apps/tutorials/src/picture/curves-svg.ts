import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { CurvesPicture } from '../finding.ts';
import { SERIES_DASHES, seriesColor } from './series-look.ts';

const SIZE = { width: 720, height: 320, marginLeft: 60, marginRight: 20, marginTop: 56, marginBottom: 44 } as const;
const STYLE = { background: 'white', color: '#1b2028', fontSize: '13px' } as const;
const ORDERS = 30; // largest over smallest value from which the axis is logarithmic

/**
 * Draws curves as a self-contained SVG, in Node.
 *
 * Drawn by Observable Plot on linkedom's document, so it needs no browser. What is not a finite number is a gap. Lines differ by colour and by dashes.
 *
 * @returns the text of one `svg` element
 */
export function curvesSvg({ title, x, y, series, summary }: CurvesPicture): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const points = series.flatMap(({ name, points: list }) =>
    list.map(([at, value]) => ({ name, x: at, y: Number.isFinite(value) ? value : Number.NaN })),
  );
  const values = points.map((point) => point.y).filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = low > 0 && high / low > ORDERS;
  const svg = Plot.plot({
    ...SIZE,
    document,
    style: STYLE,
    ariaLabel: title,
    ariaDescription: summary,
    x: { label: x },
    y: { label: y, grid: true, ...(isLog ? { type: 'log', ticks: 5, tickFormat: '~g' } : { nice: true }) },
    marks: [
      ...series.map(({ name }, i) =>
        Plot.line(
          points.filter((point) => point.name === name),
          { x: 'x', y: 'y', stroke: seriesColor(i), strokeWidth: 2, strokeDasharray: SERIES_DASHES[i % SERIES_DASHES.length] ?? 'none' },
        ),
      ),
      ...series.flatMap(({ name }, i) => legend(name, i, series.length)),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg.outerHTML;
}

/** A short stroke and a name above the plot. */
function legend(name: string, index: number, count: number): Plot.Markish[] {
  const step = (SIZE.width - SIZE.marginLeft) / Math.max(3, count);
  const left = index * step;
  const common = { frameAnchor: 'top-left', dy: -34 } as const;
  return [
    Plot.text([name], { ...common, dx: left + 34, fill: seriesColor(index), textAnchor: 'start' }),
    Plot.text([index % SERIES_DASHES.length === 0 ? '━━━' : '╍╍╍'], { ...common, dx: left, fill: seriesColor(index), textAnchor: 'start' }),
  ];
}
