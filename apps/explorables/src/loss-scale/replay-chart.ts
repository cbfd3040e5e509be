import { svg } from '@halftone/page/elements';
import { powerOfTwo } from '../shared/number-words.ts';
import type { ReplayStep } from './replay.ts';

const HEIGHT = 240;
const LEFT = 34;
const TOP = 10;
const BOTTOM = HEIGHT - 26;

/** How a replay lies on the page. */
interface Frame {
  readonly x: (step: number) => number;
  readonly y: (scale: number) => number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly width: number;
}

/**
 * Draws the loss scale over the steps of a replay; skipped steps are marked, and dots show the largest scale at which each step would have fitted.
 *
 * @param width - in CSS pixels
 * @param steps - the replay
 * @param cursor - the step that the visitor has chosen for an overflow
 */
export function drawReplay(width: number, steps: readonly ReplayStep[], cursor: number): SVGElement {
  const frame = frameOf(width, steps);
  const { x, y } = frame;
  const line = steps
    .map(({ step, scale }, i) => `${i === 0 ? 'M' : 'V'}${i === 0 ? `${x(step)} ` : ''}${round(y(scale))}H${round(x(step + 1))}`)
    .join('');
  const limits = steps.map(({ step, limit }) => `M${round(x(step + 0.5))} ${round(y(limit))}h0`).join('');
  const marks = steps
    .filter(({ outcome }) => outcome !== 'applied')
    .map(({ step, scale, outcome }) => drawSkip(x(step + 0.5), y(scale), outcome));
  return svg(
    'svg',
    { class: 'ht-chart ht-replay', viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, 'aria-hidden': 'true', focusable: 'false' },
    ...drawAxes(frame),
    svg('path', { class: 'ht-limits', d: limits }),
    svg('line', { class: 'ht-cursor', x1: x(cursor + 0.5), x2: x(cursor + 0.5), y1: TOP, y2: BOTTOM }),
    svg('path', { class: 'ht-scale-line', d: line }),
    ...marks,
  );
}

/** The step at a horizontal place of the chart, for a pointer. */
export function stepAt(offset: number, width: number, count: number): number {
  return Math.min(count, Math.max(1, Math.floor(1 + ((offset - LEFT) / (width - LEFT - 4)) * count)));
}

function frameOf(width: number, steps: readonly ReplayStep[]): Frame {
  const exponents = steps.flatMap(({ scale, limit }) => [Math.log2(scale), Math.log2(limit)]);
  const low = Math.floor(Math.min(...exponents)) - 1;
  const high = Math.ceil(Math.max(...exponents)) + 1;
  return {
    low,
    high,
    width,
    count: steps.length,
    x: (step) => LEFT + ((step - 1) / steps.length) * (width - LEFT - 4),
    y: (scale) => BOTTOM - ((Math.log2(scale) - low) / (high - low)) * (BOTTOM - TOP),
  };
}

/** A cross for a step that overflowed, a filled triangle for one that was made to. */
function drawSkip(x: number, y: number, outcome: ReplayStep['outcome']): SVGElement {
  if (outcome === 'skipped') return svg('path', { class: 'ht-skip', d: `M${round(x - 4)} ${round(y - 4)}l8 8m0-8l-8 8` });
  return svg('path', { class: 'ht-injected', d: `M${round(x)} ${round(y - 6)}l6 11h-12z` });
}

function drawAxes({ x, y, low, high, count, width }: Frame): SVGElement[] {
  const marks: SVGElement[] = [];
  const every = Math.max(1, Math.ceil((high - low) / 8));
  for (let exponent = low + 1; exponent < high; exponent += every) {
    const at = y(2 ** exponent);
    marks.push(
      svg('line', { class: 'ht-grid', x1: LEFT, x2: width, y1: at, y2: at }),
      svg('text', { class: 'ht-quiet-text', x: LEFT - 6, y: at + 4, 'text-anchor': 'end' }, powerOfTwo(exponent)),
    );
  }
  const parts = width < 480 ? 2 : 4;
  for (let i = 0; i <= parts; i += 1) {
    const step = Math.max(1, Math.round((i * count) / parts));
    const anchor = i === 0 ? 'start' : i === parts ? 'end' : 'middle';
    marks.push(
      svg(
        'text',
        { class: 'ht-quiet-text', x: x(step + 0.5), y: BOTTOM + 18, 'text-anchor': anchor },
        i === 0 ? `step ${step}` : String(step),
      ),
    );
  }
  return [...marks, svg('line', { class: 'ht-axis', x1: LEFT, x2: width, y1: BOTTOM, y2: BOTTOM })];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
