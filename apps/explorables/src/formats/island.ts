import '../shared/island.css';
import './formats.css';
import { createAnnouncer } from '../shared/announce.ts';
import { element, freshId, setAttributes, setText } from '@halftone/page/elements';
import { inFull } from '../shared/number-words.ts';
import { captionedTable } from '../shared/captioned-table.ts';
import { drawAtWidth } from '../shared/width.ts';
import { decodeCode } from './code.ts';
import { createFormatCard } from './format-card.ts';
import { numberFormats } from './number-format.ts';
import type { TypedNumber } from './parse-number.ts';
import { parseNumber } from './parse-number.ts';
import { place } from './placing.ts';
import { presets } from './presets.ts';
import { drawRanges, windows } from './range-chart.ts';
import { rangeTable } from './range-table.ts';
import { summary } from './words.ts';

/**
 * Puts the number formats explorable in place of what an element holds: type a number, see its bits, its neighbours and what is lost in each format.
 *
 * @param root - the place in the page; its content, for readers without JavaScript, is replaced
 */
export function mount(root: HTMLElement): void {
  let typed: TypedNumber = { value: 0.1 };
  let view: keyof typeof windows = 'all';
  const input = element('input', {
    id: freshId('number'),
    class: 'ht-mono ht-number',
    value: '0.1',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
  });
  const problem = element('p', { id: freshId('problem'), class: 'ht-problem', role: 'status' });
  setAttributes(input, { 'aria-describedby': problem.id });
  const words = element('p', { class: 'ht-summary' });
  const announcer = createAnnouncer();
  const chart = element('div', { class: 'ht-plot' });
  const table = element('div');
  const cards = numberFormats.map((format) =>
    createFormatCard(format, (code) => {
      typed = { value: decodeCode(code, format), pinned: { name: format.name, code } };
      input.value = inFull(typed.value);
      show();
    }),
  );
  let width = 640;
  let placings = placeAll();

  function placeAll(): ReturnType<typeof place>[] {
    return numberFormats.map((format) => place(typed.value, format, typed.pinned?.name === format.name ? typed.pinned.code : undefined));
  }
  function show(): void {
    placings = placeAll();
    for (const [i, card] of cards.entries()) {
      const placing = placings[i];
      if (placing) card.show(typed.value, placing);
    }
    setText(problem, '');
    setAttributes(input, { 'aria-invalid': false });
    setText(words, summary(typed.value));
    announcer.say(summary(typed.value));
    table.replaceChildren(captionedTable(rangeTable(typed.value, placings)));
    drawChart();
  }
  function drawChart(): void {
    chart.replaceChildren(drawRanges(width, windows[view], typed.value, placings));
  }
  function read(): void {
    const found = parseNumber(input.value);
    if ('problem' in found) {
      setText(problem, found.problem);
      setAttributes(input, { 'aria-invalid': 'true' });
      return;
    }
    typed = found;
    show();
  }
  input.addEventListener('input', read);
  const choices = presets.map(({ text, shows }) => {
    const button = element('button', { type: 'button', class: 'ht-button ht-mono', title: shows, 'aria-label': `${text}: ${shows}` }, text);
    button.addEventListener('click', () => {
      input.value = text;
      read();
    });
    return button;
  });
  const field = element(
    'div',
    { class: 'ht-field' },
    element('label', { for: input.id }, 'A number: 0.1, 1e-8, 2^-24, 1/3, inf, nan, or bits such as 0x3c00'),
    input,
  );
  const zoom = zoomChoice((chosen) => {
    view = chosen;
    drawChart();
  });
  root.replaceChildren(
    element(
      'div',
      { class: 'ht-island not-content' },
      field,
      problem,
      element('div', { class: 'ht-presets', role: 'group', 'aria-label': 'numbers to try' }, ...choices),
      words,
      ...cards.map((card) => card.element),
      element(
        'figure',
        { class: 'ht-part' },
        element('figcaption', { class: 'ht-title' }, 'Where it lies in the range of each format'),
        zoom,
        chart,
        legend(),
      ),
      table,
      announcer.element,
    ),
  );
  show();
  drawAtWidth(chart, (found) => {
    width = found;
    drawChart();
  });
}

function zoomChoice(onChoice: (chosen: keyof typeof windows) => void): HTMLElement {
  const name = freshId('zoom');
  const choice = (value: keyof typeof windows, text: string): HTMLElement => {
    const radio = element('input', { type: 'radio', name, value, checked: value === 'all' });
    radio.addEventListener('change', () => onChoice(value));
    return element('label', { class: 'ht-choice' }, radio, text);
  };
  const title = element('legend', { class: 'ht-hidden' }, 'part of the axis');
  return element('fieldset', {}, title, choice('all', 'all of float32'), choice('near', 'around float16'));
}

function legend(): HTMLElement {
  const key = (kind: string, text: string): HTMLElement =>
    element('span', { class: 'ht-key' }, element('span', { class: `ht-swatch ${kind}` }), text);
  return element(
    'p',
    { class: 'ht-note ht-keys' },
    key('ht-key-normal', 'full precision'),
    key('ht-key-subnormal', 'subnormal: fewer bits the smaller'),
    '● kept, × lost',
  );
}
