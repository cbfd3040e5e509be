import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A line of a chart. */
export interface Series {
  readonly name: string;
  /** CSS colour; a variable follows light and dark. */
  readonly color: string;
  /** Pixels; 2 where absent. A wide line under a narrow one keeps both visible. */
  readonly width?: number;
  /** SVG dash pattern, so that lines differ without colour too; solid where absent. */
  readonly dash?: string;
  /** One value per step, from step 1; what is not finite is left out. */
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

/** What a chart shows beside its lines. Both axes of values are logarithmic. */
export interface ChartOptions {
  readonly title: string;
  readonly yLabel: string;
  /** `log` for losses that differ by orders of magnitude, `powers` for loss scales. */
  readonly yScale: 'log' | 'powers';
  /** `steps` holds a value until the next one. */
  readonly curve: 'linear' | 'steps';
  /** Pixels. */
  readonly height: number;
  /** Last step on the x axis. */
  readonly steps: number;
}

const SIZE = { width: 860, marginLeft: 56, marginRight: 20, marginTop: 28, marginBottom: 40 } as const;

/**
 * Draws lines over the steps as a self-contained SVG.
 *
 * Drawn by Observable Plot on linkedom's document, so it needs no browser. Colours of text and axes are the page's `currentColor`.
 *
 * @param series - at least one with a finite point
 * @returns the text of one `svg` element
 */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const marks = series.flatMap((line) => seriesMarks(line, options.curve));
  const svg = Plot.plot({
    ...SIZE,
    height: options.height,
    document,
    ariaLabel: options.title,
    style: { background: 'none', color: 'currentColor', fontSize: '13px' },
    x: { label: 'training step', domain: [1, options.steps], ticks: Math.min(10, options.steps), tickFormat: 'd' },
    y: { label: options.yLabel, grid: true, ...yAxis(options.yScale, series) },
    marks: [Plot.frame({ strokeOpacity: 0.15 }), ...marks],
  });
  return svg.outerHTML;
}

function yAxis(scale: ChartOptions['yScale'], series: readonly Series[]): Plot.ScaleOptions {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value)).filter((value) => Number.isFinite(value) && value > 0);
  const margin = scale === 'powers' ? 2 : 1.3;
  const [low, high] = [Math.min(...values) / margin, Math.max(...values) * margin];
  if (scale === 'log') return { type: 'log', domain: [low, high], ticks: 5, tickFormat: (value: number) => String(value) };
  return { type: 'log', base: 2, domain: [low, high], ticks: 6, tickFormat: (value: number) => `2^${Math.log2(value)}` };
}

function seriesMarks({ color, width = 2, dash, points }: Series, curve: ChartOptions['curve']): Plot.Markish[] {
  const finite = points.map(({ step, value }) => ({ step, value: Number.isFinite(value) && value > 0 ? value : Number.NaN })); // a gap, not a bridge
  const last = finite.filter(({ value }) => !Number.isNaN(value)).at(-1);
  const line = Plot.line(finite, {
    x: 'step',
    y: 'value',
    stroke: color,
    strokeWidth: width,
    strokeLinejoin: 'round',
    curve: curve === 'steps' ? 'step-after' : 'linear',
    ...(dash === undefined ? {} : { strokeDasharray: dash }),
  });
  const ended = last !== undefined && last.step < (points.at(-1)?.step ?? 0); // no longer a number
  return ended ? [line, Plot.dot([last], { x: 'step', y: 'value', symbol: 'times', stroke: color, strokeWidth: 2.5, r: 5 })] : [line];
}
