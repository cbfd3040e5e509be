import { createPlot, type PlotColumns } from '@halftone/page/plot';
import { COMPILING_STEPS, type RunHistory } from '../state/records.ts';
import type { PolicyName } from '../state/settings.ts';
import type { Measure } from './measures.ts';

const HEIGHT = 190;
/** How the float32 run is drawn, so that colour is not all that tells the runs apart. */
const DASH = [6, 4];

/** A drawing of one measure. */
export interface MeasurePlot {
  draw(runs: readonly RunHistory[]): void;
  dispose(): void;
}

/** The custom property that colours a run. */
function colourName(policy: PolicyName): string {
  return policy === 'float32' ? '--playground-float32' : '--playground-mixed';
}

/**
 * Makes a drawing of one measure of all runs.
 *
 * @param place - an element that is laid out
 * @param measure - what is drawn
 * @param policies - the runs, in their order
 */
export function createMeasurePlot(place: HTMLElement, measure: Measure, policies: readonly PolicyName[]): MeasurePlot {
  const order = [...policies].sort((a, b) => Number(a === 'float32') - Number(b === 'float32')); // the dashed line lies on top
  const colour = (name: string): string => getComputedStyle(place).getPropertyValue(name).trim();
  const value = (_: unknown, number: number | null): string => (number === null ? '–' : measure.format(number));
  const font = '12px system-ui, sans-serif';
  const { show, dispose } = createPlot(place, {
    height: HEIGHT,
    colors: { text: () => colour('--playground-text'), line: () => colour('--playground-line') },
    pointSize: 7,
    yScale: { ...(measure.axis === 'doubling' ? { distr: 3, log: 2 } : {}), range: (_, low, high) => spanOf(measure, low, high) },
    axes: [
      { font, space: 60 },
      { font, size: 76, space: 34, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : measure.format(tick))) },
    ],
    series: [
      { label: 'Step' },
      ...order.map((policy) => ({
        label: policy,
        stroke: () => colour(colourName(policy)),
        width: policy === 'float32' ? 2 : 3,
        value,
        points: { show: false },
        ...(policy === 'float32' && policies.length > 1 ? { dash: DASH } : {}),
      })),
      ...(measure.marksSkipped
        ? order.map((policy) => ({
            label: order.length > 1 ? `skipped, ${policy}` : 'skipped',
            stroke: () => colour('--playground-skipped'),
            paths: () => null,
            value,
            points: { show: true, size: 9, width: 2 },
          }))
        : []),
    ],
  });
  return { draw: (runs) => show(columnsOf(measure, runs, order)), dispose };
}

/** What the axis spans: a flat line gets room, steps that compile are left out, scales stand between powers of two. */
function spanOf(measure: Measure, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return measure.axis === 'doubling' ? [1, 2] : [0, 1];
  if (measure.axis === 'doubling') return [low / 4, high * 4];
  const top = measure.name === 'accuracy' ? 1 : high + 0.08 * (high - Math.min(low, 0) || 1);
  return [measure.fromZero ? Math.min(0, low) : low, top];
}

/** Columns of the plot. The times of compiling steps would flatten all others: they stand in the table. */
function columnsOf(measure: Measure, histories: readonly RunHistory[], order: readonly PolicyName[]): PlotColumns {
  const runs = order.map((policy) => histories.find((run) => run.policy === policy) ?? { policy, records: [], heldOut: null });
  const steps = Math.max(0, ...runs.map(({ records }) => records.length));
  const x = Array.from({ length: steps }, (_, i) => i + 1);
  const columns = runs.map(({ records }) =>
    x.map((step) => {
      const record = records[step - 1];
      return record === undefined || (measure.hidesFirst && step <= COMPILING_STEPS) ? null : measure.valueOf(record);
    }),
  );
  if (!measure.marksSkipped) return [x, ...columns];
  return [
    x,
    ...columns,
    ...runs.map(({ records }) => x.map((step) => (records[step - 1]?.skipped === true ? (records[step - 1]?.scale ?? null) : null))),
  ];
}
