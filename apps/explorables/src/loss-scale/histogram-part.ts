import type { Announcer } from '../shared/announce.ts';
import { element, freshId, setText } from '@halftone/page/elements';
import { pushButton, selectField, sliderField } from '../shared/fields.ts';
import { percent } from '../shared/number-words.ts';
import { captionedTable } from '../shared/captioned-table.ts';
import { drawAtWidth } from '../shared/width.ts';
import type { ExponentCounts, GradientRecord } from './gradient-record.ts';
import type { HistogramChart } from './histogram-chart.ts';
import { createHistogramChart } from './histogram-chart.ts';
import { combine, largestSafeScale, sharesAt } from './shares.ts';
import { fateNames, fates, scaleWords, sharesSummary, sharesTable } from './words.ts';

const ALL = 'all of them';
const SCALE = { min: 0, max: 24, start: 0 } as const;

/**
 * Makes the first half of the explorable: the exponents of real gradients, which a loss scale slides into the range of float16.
 *
 * @param record - the recorded gradients
 * @param announcer - says the summary once the slider rests
 */
export function createHistogramPart(record: GradientRecord, announcer: Announcer): HTMLElement {
  const lastStep = record.keptSteps.length - 1;
  const layer = selectField(
    'Gradients of',
    [[ALL, ALL], ...record.names.map((name) => [name, name] as const)],
    record.names[0] ?? ALL,
    redraw,
  );
  const steps = record.keptSteps.map((step, i) => [i, `${step} (loss ${record.losses[i] ?? '?'})`] as const);
  const when = selectField('At training step', steps, lastStep, redraw);
  const scale = sliderField('Loss scale', SCALE, scaleWords, show);
  const plot = element('div', { class: 'ht-plot' });
  const tiles = fates.map((fate) => ({ fate, number: element('dd', { class: 'ht-mono' }) }));
  const summary = element('p', { class: 'ht-summary' });
  const table = element('div');
  let width = 640;
  let chart: HistogramChart | undefined;

  function chosen(): ExponentCounts {
    const names = layer.value() === ALL ? record.names : [layer.value()];
    return combine(names.flatMap((name) => record.counts[name]?.[when.value()] ?? []));
  }
  function redraw(): void {
    chart = createHistogramChart(width, chosen());
    plot.replaceChildren(chart.element);
    show();
  }
  function show(): void {
    chart?.slide(scale.value());
    const shares = sharesAt(chosen(), scale.value());
    for (const { fate, number } of tiles) setText(number, percent(shares[fate], shares.total));
    const words = sharesSummary(shares, scale.value());
    setText(summary, words);
    announcer.say(words);
    table.replaceChildren(captionedTable(sharesTable(record, when.value(), scale.value())));
  }
  drawAtWidth(plot, (found) => {
    width = found;
    redraw();
  });
  const titleId = freshId('title');
  return element(
    'section',
    { class: 'ht-part', 'aria-labelledby': titleId },
    element('p', { class: 'ht-title', id: titleId }, 'Gradients slide into the range of float16'),
    element('div', { class: 'ht-row' }, layer.element, when.element),
    scale.element,
    element(
      'div',
      { class: 'ht-row' },
      pushButton('1: no scaling', () => scale.set(0)),
      pushButton('2¹⁶: where a dynamic scale begins', () => scale.set(16)),
      pushButton('as far as nothing overflows', () => scale.set(largestSafeScale(chosen(), SCALE.min, SCALE.max))),
    ),
    plot,
    element(
      'dl',
      { class: 'ht-tiles' },
      ...tiles.map(({ fate, number }) => element('div', { class: `ht-tile ht-tile-${fate}` }, element('dt', {}, fateNames[fate]), number)),
    ),
    summary,
    element('details', {}, element('summary', {}, 'The same for each layer, as a table'), table),
    element('p', { class: 'ht-note' }, `Recorded from a real training: ${record.how}. Each bar is one power of two.`),
  );
}
