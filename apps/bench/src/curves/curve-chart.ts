import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { CURVE_MODELS, CURVE_POLICIES, type CurveModel } from './curve-spec.ts';
import type { CurveRun } from './judge-curves.ts';

const BINS = 30; // points of a curve: noise of single batches hides what is to be seen
const SIZE = { width: 640, height: 300, marginLeft: 64, marginRight: 20, marginTop: 36, marginBottom: 44 } as const;
const STYLE = { background: 'white', color: '#1b2028', fontSize: '13px' } as const;
const COLORS = ['#1b2028', '#0f7fd6', '#d6600f'] as const;

interface Point {
  readonly step: number;
  readonly loss: number;
  readonly gap: number;
  readonly policy: string;
  readonly line: string;
}

/**
 * Draws the curves of all models as one HTML page that needs nothing else: the loss, and below it its gap to float32.
 *
 * Drawn by Observable Plot on linkedom's document, so it needs no browser.
 */
export function curvePage(runs: readonly CurveRun[]): string {
  const charts = CURVE_MODELS.filter((model) => runs.some((run) => run.model === model)).flatMap((model) => [
    `<h2>${model}</h2>`,
    ...chartsOf(pointsOf(runs, model)),
  ]);
  const legend = CURVE_POLICIES.map((policy, i) => `<b style="color:${COLORS[i]}">${policy}</b>`).join(' · ');
  return `<!doctype html><meta charset="utf-8"><title>Training curves</title><body style="font:14px sans-serif;margin:2em">\n<h1>Training curves</h1><p>${legend}; one line a seed, mean of some steps a point.</p>\n${charts.join('\n')}\n</body>\n`;
}

/** Means of neighbouring steps, with the gap to float32 from the same seed. */
function pointsOf(all: readonly CurveRun[], model: CurveModel): readonly Point[] {
  const runs = all.filter((run) => run.model === model && run.nudge === 0);
  return runs.flatMap(({ policy, seed, losses }) => {
    const yardstick = runs.find((run) => run.seed === seed && run.policy === 'float32')?.losses ?? [];
    const width = Math.max(1, Math.ceil(losses.length / BINS));
    return Array.from({ length: Math.ceil(losses.length / width) }, (_, bin) => {
      const [loss, base] = [losses, yardstick].map((list) => mean(list.slice(bin * width, (bin + 1) * width))) as [number, number];
      return { step: bin * width + width / 2, loss, gap: 100 * (loss / base - 1), policy, line: `${policy} ${seed}` };
    });
  });
}

function chartsOf(points: readonly Point[]): readonly string[] {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const common = { ...SIZE, document, style: STYLE, x: { label: 'step' }, color: { domain: [...CURVE_POLICIES], range: [...COLORS] } };
  const line = (y: 'loss' | 'gap'): Plot.Markish => Plot.line(points, { x: 'step', y, z: 'line', stroke: 'policy', strokeWidth: 1.5 });
  const charts = [
    Plot.plot({ ...common, y: { label: 'loss', zero: true, grid: true }, marks: [line('loss')] }),
    Plot.plot({
      ...common,
      y: { label: 'gap to float32, %', grid: true },
      marks: [Plot.ruleY([-2, 2], { strokeDasharray: '4 3' }), line('gap')],
    }),
  ];
  return charts.map((svg) => svg.outerHTML);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
