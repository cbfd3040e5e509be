import { element, freshId, setAttributes, setText } from '@halftone/page/elements';
import { inFull } from '../shared/number-words.ts';
import { createBitRow } from './bit-row.ts';
import { codeFromHex, decodeCode, flipBit, hexOf, neighbour } from './code.ts';
import type { NumberFormat } from './number-format.ts';
import type { Placing } from './placing.ts';
import { errorWords, formula } from './words.ts';

/** What one format makes of the number: its bits, its value, its neighbours. */
export interface FormatCard {
  readonly element: HTMLElement;
  show(value: number, placing: Placing): void;
}

/**
 * Makes the card of one format.
 *
 * @param format - the format
 * @param onCode - is given the code that the visitor chose, by a bit, by hexadecimal digits or by a step to a neighbour
 */
export function createFormatCard(format: NumberFormat, onCode: (code: number) => void): FormatCard {
  let shown: Placing | undefined;
  const titleId = freshId('format');
  const stored = element('span', { class: 'ht-stored ht-mono' });
  const error = element('span', { class: 'ht-error' });
  const madeOf = element('p', { class: 'ht-note ht-mono ht-formula' });
  const bits = createBitRow(format, (bit) => onCode(flipBit(shown?.code ?? 0, bit)));
  const hex = element('input', {
    id: freshId('hex'),
    class: 'ht-mono ht-hex',
    size: format.bits / 4 + 1,
    maxlength: format.bits / 4 + 2,
    spellcheck: 'false',
    autocomplete: 'off',
  });
  hex.addEventListener('input', () => {
    const code = codeFromHex(hex.value, format);
    setAttributes(hex, { 'aria-invalid': code === null ? 'true' : undefined });
    if (code !== null) onCode(code);
  });
  hex.addEventListener('change', () => {
    if (shown) hex.value = hexOf(shown.code, format);
    setAttributes(hex, { 'aria-invalid': undefined });
  });
  const down = stepButton('down');
  const up = stepButton('up');
  for (const [{ button }, direction] of [
    [down, -1],
    [up, 1],
  ] as const) {
    button.addEventListener('click', () => {
      const next = neighbour(shown?.code ?? 0, direction, format);
      if (next !== null) onCode(next);
    });
  }
  const head = element(
    'div',
    { class: 'ht-format-head' },
    element(
      'p',
      { class: 'ht-title', id: titleId },
      element('code', { class: 'ht-mono' }, format.name),
      element('span', { class: 'ht-note' }, ` ${format.about}`),
    ),
    element('span', { class: 'ht-hex-field' }, element('label', { for: hex.id, class: 'ht-note' }, 'bits, hex'), hex),
  );
  const card = element(
    'div',
    { class: 'ht-part ht-format', role: 'group', 'aria-labelledby': titleId },
    head,
    bits.element,
    element('p', { class: 'ht-result' }, stored, ' ', error),
    madeOf,
    element('div', { class: 'ht-steps' }, down.button, up.button),
  );
  return {
    element: card,
    show(value, placing) {
      shown = placing;
      bits.show(placing.code);
      setText(stored, inFull(placing.stored));
      setText(error, errorWords(value, placing, format));
      setAttributes(card, { 'data-verdict': verdictOf(placing) });
      setText(madeOf, formula(placing, format));
      if (document.activeElement !== hex) hex.value = hexOf(placing.code, format);
      showStep(down, neighbour(placing.code, -1, format), format);
      showStep(up, neighbour(placing.code, 1, format), format);
    },
  };
}

interface Step {
  readonly button: HTMLButtonElement;
  readonly value: HTMLElement;
}

function stepButton(direction: 'down' | 'up'): Step {
  const value = element('span', { class: 'ht-mono' });
  const label = direction === 'down' ? '◀ next below ' : '▶ next above ';
  return { button: element('button', { type: 'button', class: 'ht-button' }, element('span', {}, label), value), value };
}

/** A button at the end of the line stays where it is and keeps its focus; it says that there is nothing more. */
function showStep({ button, value }: Step, code: number | null, format: NumberFormat): void {
  setText(value, code === null ? 'none' : inFull(decodeCode(code, format)));
  setAttributes(button, { 'aria-disabled': code === null ? 'true' : undefined });
}

function verdictOf({ error, overflows, vanishes, region }: Placing): 'exact' | 'rounded' | 'lost' {
  if (overflows || vanishes || (region === 'nan' && error === Infinity)) return 'lost';
  return error === 0 || Number.isNaN(error) ? 'exact' : 'rounded';
}
