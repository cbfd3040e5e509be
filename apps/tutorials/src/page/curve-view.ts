import { element } from '@halftone/page/elements';
import { createPlot, type Plot, type PlotColumns } from '@halftone/page/plot';
import type { CurvesPicture, Series } from '../finding.ts';
import { seriesColor } from '../picture/series-look.ts';
import { captionedTable } from './captioned-table.ts';

const HEIGHT = 240; // pixels
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const TABLE_ROWS = 12;

/** Curves in a page that may grow: a plot, a sentence, and the numbers as a table. */
export interface CurveView {
  readonly element: HTMLElement;
  show(picture: CurvesPicture): void;
  dispose(): void;
}

/** Makes a place for a plot, which is drawn anew where other series come. */
export function curveView(): CurveView {
  const place = element('div', { class: 'tutorial-plot', role: 'img' });
  const caption = element('figcaption');
  const table = element('div');
  const details = element('details', {}, element('summary', {}, 'The curves as a table'), table);
  let plot: Plot | undefined;
  let shape = '';
  return {
    element: element('figure', { class: 'tutorial-figure' }, place, caption, details),
    show: (picture) => {
      place.setAttribute('aria-label', `${picture.title}: ${picture.summary}`);
      caption.textContent = `${picture.title}. ${picture.summary}`;
      table.replaceChildren(pointsTable(picture));
      const wanted = [picture.x, picture.y, ...picture.series.map(({ name }) => name)].join('\n');
      if (plot === undefined || wanted !== shape) {
        plot?.dispose();
        plot = openPlot(place, picture);
        shape = wanted;
      }
      plot.show(aligned(picture.series));
    },
    dispose: () => plot?.dispose(),
  };
}

function openPlot(place: HTMLElement, { x, y, series }: CurvesPicture): Plot {
  const text = (): string => getComputedStyle(place).color;
  return createPlot(place, {
    height: HEIGHT,
    colors: { text, line: () => `color-mix(in srgb, ${text()} 15%, transparent)` },
    legend: { live: false },
    axes: [{ label: x }, { label: y, size: 60 }],
    series: [
      { label: x },
      ...series.map(({ name }, i) => ({
        label: name,
        stroke: seriesColor(i),
        width: 2,
        dash: [...(DASHES[i % DASHES.length] ?? [])],
        points: { show: false },
      })),
    ],
  });
}

/** One column of x for all series, as a plot wants it; what is missing or not finite is a gap. */
function aligned(series: readonly Series[]): PlotColumns {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const columns = series.map(({ points }) => {
    const values = new Map(points);
    return xs.map((x) => {
      const value = values.get(x);
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  });
  return [xs, ...columns];
}

/** A dozen of the points, the first and the last among them. */
function pointsTable({ title, x, series }: CurvesPicture): HTMLElement {
  const [xs, ...columns] = aligned(series);
  const step = Math.max(1, (xs.length - 1) / (TABLE_ROWS - 1));
  const chosen = [...new Set(Array.from({ length: TABLE_ROWS }, (_, i) => Math.min(xs.length - 1, Math.round(i * step))))];
  const rows = xs.length === 0 ? [] : chosen.map((at) => [xs[at] ?? 0, ...columns.map((column) => shown(column[at]))]);
  return captionedTable(title, { columns: [x, ...series.map(({ name }) => name)], rows });
}

function shown(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toPrecision(4) : '-';
}
