import { dynamicLossScale } from '@halftone/loss-scale';
import type { Announcer } from '../shared/announce.ts';
import { element, freshId, setText } from '@halftone/page/elements';
import { pushButton, selectField, sliderField } from '../shared/fields.ts';
import { powerOfTwo } from '../shared/number-words.ts';
import { captionedTable } from '../shared/captioned-table.ts';
import { drawAtWidth } from '../shared/width.ts';
import type { GradientRecord } from './gradient-record.ts';
import type { ReplayStep } from './replay.ts';
import { replay } from './replay.ts';
import { drawReplay, stepAt } from './replay-chart.ts';
import { eventsTable, replaySummary } from './words.ts';

const KEYS = [
  '━ the scale',
  '× skipped: a gradient overflowed',
  '▲ skipped: the overflow you injected',
  '· the largest scale that would have fitted',
] as const;
const INTERVALS = [10, 25, 50, 100, 200, 2000] as const;
const BACKOFFS = [0.125, 0.25, 0.5, 0.75] as const;
const INITIAL = [4, 8, 12, 16, 20, 24] as const;

/**
 * Makes the second half of the explorable: the recorded training again, under a dynamic loss scale that the visitor sets and disturbs.
 *
 * @param record - the recorded gradients
 * @param announcer - says the summary
 */
export function createReplayPart(record: GradientRecord, announcer: Announcer): HTMLElement {
  const { growthInterval, backoffFactor } = dynamicLossScale().options;
  const note = (value: number, standard: number): readonly [number, string] => [
    value,
    value === standard ? `${value} (default)` : String(value),
  ];
  const initial = selectField(
    'Scale at first',
    INITIAL.map((exponent) => [exponent, powerOfTwo(exponent)] as const),
    16,
    show,
  );
  const interval = selectField(
    'Growth interval, steps',
    INTERVALS.map((value) => note(value, growthInterval)),
    50,
    show,
  );
  const backoff = selectField(
    'Backoff factor',
    BACKOFFS.map((value) => note(value, backoffFactor)),
    backoffFactor,
    show,
  );
  const cursor = sliderField(
    'A step to disturb',
    { min: 1, max: record.steps, start: Math.round(record.steps / 2) },
    (step) => `step ${step}`,
    draw,
  );
  const plot = element('div', { class: 'ht-plot' });
  const summary = element('p', { class: 'ht-summary' });
  const table = element('div');
  let injected: readonly number[] = [];
  let steps: readonly ReplayStep[] = [];
  let width = 640;

  function show(): void {
    steps = replay(record, {
      initialExponent: initial.value(),
      growthInterval: interval.value(),
      backoffFactor: backoff.value(),
      injected,
    });
    const words = replaySummary(steps);
    setText(summary, words);
    announcer.say(words);
    table.replaceChildren(captionedTable(eventsTable(steps)));
    draw();
  }
  function draw(): void {
    plot.replaceChildren(drawReplay(width, steps, cursor.value()));
  }
  function inject(list: readonly number[]): void {
    injected = list;
    show();
  }
  plot.addEventListener('click', (event) => cursor.set(stepAt(event.clientX - plot.getBoundingClientRect().left, width, record.steps)));
  show();
  drawAtWidth(plot, (found) => {
    width = found;
    draw();
  });
  const titleId = freshId('title');
  return element(
    'section',
    { class: 'ht-part', 'aria-labelledby': titleId },
    element('p', { class: 'ht-title', id: titleId }, 'A dynamic scale finds its height'),
    element('div', { class: 'ht-row' }, initial.element, interval.element, backoff.element),
    plot,
    element('p', { class: 'ht-note ht-keys' }, ...KEYS.map((key) => element('span', {}, key))),
    cursor.element,
    element(
      'div',
      { class: 'ht-row' },
      pushButton('Inject an overflow there', () => inject([...new Set([...injected, cursor.value()])])),
      pushButton('Take them away', () => inject([])),
    ),
    summary,
    element('details', {}, element('summary', {}, 'Every skipped step and every move, as a table'), table),
  );
}
