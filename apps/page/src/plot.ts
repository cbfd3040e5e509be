import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { onThemeChange } from './theme.ts';

const LEAST_WIDTH = 220; // pixels

/** Columns of numbers, the steps first; `null` is a gap. */
export type PlotColumns = readonly [xs: readonly number[], ...columns: (readonly (number | null)[])[]];

/** A live plot in a page. */
export interface Plot {
  show(columns: PlotColumns): void;
  dispose(): void;
}

/** What one plot has of its own. Colours are asked for at each drawing: dark may have become light. */
export interface PlotOptions {
  readonly height: number;
  readonly colors: { readonly text: () => string; readonly line: () => string };
  readonly axes: readonly [x: uPlot.Axis, y: uPlot.Axis];
  /** A label for the steps, then the curves. */
  readonly series: readonly uPlot.Series[];
  readonly yScale?: uPlot.Scale;
  readonly legend?: uPlot.Legend;
  /** Diameter of the points under the pointer. */
  readonly pointSize?: number;
}

/**
 * Makes an empty plot that is as wide as its place and grows with it, and takes its colours anew when the page turns dark or light.
 *
 * Nothing can be dragged in it, so that a page scrolls on a phone.
 *
 * @param place - an element that is laid out
 * @param options - what this plot has of its own
 * @returns the plot, which the caller disposes of
 */
export function createPlot(place: HTMLElement, { height, colors, axes, series, yScale, legend, pointSize }: PlotOptions): Plot {
  const lines = { stroke: colors.line, width: 1 };
  const look: uPlot.Axis = { stroke: colors.text, grid: lines, ticks: lines };
  const chart = new uPlot(
    {
      width: widthOf(place),
      height,
      cursor: { drag: { x: false, y: false }, ...(pointSize === undefined ? {} : { points: { size: pointSize } }) },
      ...(legend === undefined ? {} : { legend }),
      scales: { x: { time: false }, ...(yScale === undefined ? {} : { y: yScale }) },
      axes: axes.map((axis) => ({ ...look, ...axis })),
      series: [...series],
    },
    [[], ...series.slice(1).map(() => [])],
    place,
  );
  const sizes = new ResizeObserver(() => {
    if (place.clientWidth > 0 && widthOf(place) !== chart.width) chart.setSize({ width: widthOf(place), height });
  });
  sizes.observe(place);
  const stopWatching = onThemeChange(() => chart.redraw(false));
  return {
    show: (columns) => chart.setData(columns as unknown as uPlot.AlignedData),
    dispose: () => {
      sizes.disconnect();
      stopWatching();
      chart.destroy();
    },
  };
}

const widthOf = (place: HTMLElement): number => Math.max(LEAST_WIDTH, place.clientWidth);
