import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CurvesPicture, Series } from '../finding.ts';
import { seriesColor } from '../picture/series-look.ts';
import { make, makeTable } from './elements.ts';

const HEIGHT = 240; // pixels
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const TABLE_ROWS = 12;

/** Curves in a page that may grow: a plot, a sentence, and the numbers as a table. */
export interface CurveView {
  readonly element: HTMLElement;
  show(picture: CurvesPicture): void;
  dispose(): void;
}

/** Makes an empty plot that follows the width of its place, and light and dark. */
export function curveView(): CurveView {
  const place = make('div', { class: 'tutorial-plot', role: 'img' });
  const caption = make('figcaption');
  const table = make('div');
  const details = make('details', {}, [make('summary', {}, ['The curves as a table']), table]);
  const element = make('figure', { class: 'tutorial-figure' }, [place, caption, details]);
  let plot: uPlot | undefined;
  let shape = '';
  let last: CurvesPicture | undefined;
  const draw = (): void => {
    if (last === undefined || place.clientWidth === 0) return;
    const wanted = [last.x, last.y, ...last.series.map(({ name }) => name)].join('\n');
    const data = aligned(last.series);
    if (plot === undefined || wanted !== shape) {
      plot?.destroy();
      plot = new uPlot(optionsOf(last, place), data, place);
      shape = wanted;
    } else plot.setData(data);
  };
  const sizes = new ResizeObserver(() => {
    if (plot === undefined) draw();
    else if (place.clientWidth > 0 && plot.width !== place.clientWidth) plot.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  sizes.observe(place);
  const themes = new MutationObserver(() => plot?.redraw());
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return {
    element,
    show: (picture) => {
      last = picture;
      place.setAttribute('aria-label', `${picture.title}: ${picture.summary}`);
      caption.textContent = `${picture.title}. ${picture.summary}`;
      table.replaceChildren(pointsTable(picture));
      draw();
    },
    dispose: () => {
      sizes.disconnect();
      themes.disconnect();
      plot?.destroy();
    },
  };
}

/** One column of x for all series, as uPlot wants it; what is missing or not finite is a gap. */
function aligned(series: readonly Series[]): uPlot.AlignedData {
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

function optionsOf({ x, y, series }: CurvesPicture, place: HTMLElement): uPlot.Options {
  const color = (): string => getComputedStyle(place).color;
  const faint = (): string => `color-mix(in srgb, ${color()} 15%, transparent)`;
  const axis = { stroke: color, grid: { stroke: faint, width: 1 }, ticks: { stroke: faint, width: 1 } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false } },
    cursor: { drag: { x: false, y: false } },
    legend: { live: false },
    axes: [
      { ...axis, label: x },
      { ...axis, label: y, size: 60 },
    ],
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
  };
}

/** A dozen of the points, the first and the last among them. */
function pointsTable({ title, x, series }: CurvesPicture): HTMLElement {
  const [xs, ...columns] = aligned(series);
  const step = Math.max(1, (xs.length - 1) / (TABLE_ROWS - 1));
  const chosen = [...new Set(Array.from({ length: TABLE_ROWS }, (_, i) => Math.min(xs.length - 1, Math.round(i * step))))];
  const rows = xs.length === 0 ? [] : chosen.map((at) => [xs[at] ?? 0, ...columns.map((column) => shown(column[at]))]);
  return makeTable([x, ...series.map(({ name }) => name)], rows, title);
}

function shown(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toPrecision(4) : '-';
}
