import { element, setAttributes, setText } from '@halftone/page/elements';
import { bitsOf } from './code.ts';
import type { NumberFormat } from './number-format.ts';

/** The bits of one format as buttons that turn over. */
export interface BitRow {
  readonly element: HTMLElement;
  show(code: number): void;
}

/** A part of a code and the bits it has. */
interface Part {
  readonly name: 'sign' | 'exponent' | 'mantissa';
  readonly count: number;
}

/**
 * Makes a row of bits: one stop of the Tab key, arrows go from bit to bit, Space or Enter turns one over.
 *
 * @param format - whose bits they are
 * @param onFlip - is given the bit that was turned over; bit 0 is the last of the mantissa
 */
export function createBitRow(format: NumberFormat, onFlip: (bit: number) => void): BitRow {
  const parts: readonly Part[] = [
    { name: 'sign', count: 1 },
    { name: 'exponent', count: format.exponentBits },
    { name: 'mantissa', count: format.mantissaBits },
  ];
  const buttons: HTMLButtonElement[] = [];
  const groups = parts.map(({ name, count }) => {
    const bits = Array.from({ length: count }, (_, i) => {
      const label = count === 1 ? name : `${name} bit ${i + 1} of ${count}`;
      const button = element(
        'button',
        { type: 'button', class: `ht-bit ht-bit-${name}`, tabindex: buttons.length === 0 ? 0 : -1, 'data-label': label },
        '0',
      );
      buttons.push(button);
      return button;
    });
    const caption = element('span', { class: 'ht-bit-caption', 'aria-hidden': 'true' }, count === 1 ? 'sign' : `${name}, ${count}`);
    return element('span', { class: `ht-bits ht-bits-${name}` }, caption, element('span', { class: 'ht-bit-line' }, ...bits));
  });
  const row = element(
    'div',
    { class: 'ht-bit-row', role: 'group', 'aria-label': `bits of ${format.name}; arrow keys move, Space turns one over` },
    ...groups,
  );
  row.addEventListener('click', (event) => {
    const at = buttons.findIndex((button) => button === event.target);
    if (at < 0) return;
    moveFocus(buttons, at);
    onFlip(format.bits - 1 - at);
  });
  row.addEventListener('keydown', (event) => {
    const at = buttons.findIndex((button) => button === event.target);
    const next = at < 0 ? undefined : target(event.key, at, buttons.length);
    if (next === undefined) return;
    event.preventDefault();
    moveFocus(buttons, next);
  });
  return {
    element: row,
    show(code) {
      for (const [i, bit] of bitsOf(code, format).split('').entries()) {
        const button = buttons[i];
        if (!button) continue;
        setText(button, bit);
        setAttributes(button, { 'aria-label': `${button.dataset['label']}: ${bit}`, 'data-on': bit === '1' });
      }
    },
  };
}

/** The bit that a key leads to, if it leads to one. */
function target(key: string, at: number, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  return next === undefined ? undefined : Math.min(count - 1, Math.max(0, next));
}

/** One bit of a row is a stop of the Tab key: the one that was used last. */
function moveFocus(buttons: readonly HTMLButtonElement[], to: number): void {
  for (const [i, button] of buttons.entries()) button.tabIndex = i === to ? 0 : -1;
  buttons[to]?.focus();
}
