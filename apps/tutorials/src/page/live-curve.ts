import type { CurvesPicture } from '../finding.ts';
import type { Progress } from '../lesson.ts';

const MOST_POINTS = 400; // of a series; more than a plot of a phone has pixels

/** The losses of a run so far, a series for each of its parts. */
export class LiveCurve {
  readonly #series = new Map<string, [number, number][]>();

  add({ what, step, loss }: Progress): void {
    if (loss === undefined) return;
    const points = this.#series.get(what) ?? [];
    points.push([step, loss]);
    this.#series.set(what, points);
  }

  /** What there is to draw, thinned out; nothing before the first loss. */
  picture(): CurvesPicture | null {
    if (this.#series.size === 0) return null;
    const series = [...this.#series].map(([name, points]) => ({ name, points: thinned(points) }));
    const ends = series.map(({ name, points }) => `${name} ${points.at(-1)?.[1].toPrecision(3) ?? '-'}`).join(', ');
    return { kind: 'curves', title: 'Loss while it trains', x: 'step', y: 'loss', series, summary: `Now: ${ends}.` };
  }
}

function thinned(points: readonly [number, number][]): readonly [number, number][] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
