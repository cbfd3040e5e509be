import { button, element, freshId } from '@halftone/page/elements';

/** A choice among a few texts, with its label. */
export interface SelectField<T extends string | number> {
  readonly element: HTMLElement;
  readonly value: () => T;
}

/**
 * Makes a labelled list to choose from.
 *
 * @param label - what is chosen
 * @param options - value and text of each
 * @param start - the value that is chosen at first
 * @param onChange - called after a choice
 */
export function selectField<T extends string | number>(
  label: string,
  options: readonly (readonly [T, string])[],
  start: T,
  onChange: () => void,
): SelectField<T> {
  const select = element(
    'select',
    { id: freshId('select') },
    ...options.map(([value, text]) => element('option', { value, selected: value === start }, text)),
  );
  select.addEventListener('change', onChange);
  return {
    element: element('div', { class: 'ht-field' }, element('label', { for: select.id }, label), select),
    value: () => options[select.selectedIndex]?.[0] ?? start,
  };
}

/** A slider with its label and what it says. */
export interface SliderField {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly value: () => number;
  set(value: number): void;
}

/**
 * Makes a labelled slider over whole numbers.
 *
 * @param label - what is set
 * @param range - least, most and first value
 * @param words - what a value means, for eyes and for screen readers
 * @param onInput - called while it moves
 */
export function sliderField(
  label: string,
  { min, max, start }: { readonly min: number; readonly max: number; readonly start: number },
  words: (value: number) => string,
  onInput: () => void,
): SliderField {
  const input = element('input', { id: freshId('slider'), type: 'range', min, max, step: 1, value: start });
  const said = element('output', { for: input.id, class: 'ht-slider-value', 'aria-live': 'off' });
  const tell = (): void => {
    said.textContent = words(Number(input.value));
    input.setAttribute('aria-valuetext', words(Number(input.value)));
  };
  const changed = (): void => {
    tell();
    onInput();
  };
  input.addEventListener('input', changed);
  tell();
  return {
    element: element(
      'div',
      { class: 'ht-field ht-slider' },
      element('span', { class: 'ht-slider-head' }, element('label', { for: input.id }, label), said),
      input,
    ),
    input,
    value: () => Number(input.value),
    set(value) {
      input.value = String(value);
      changed();
    },
  };
}

/** A push button that looks like those of an explorable. */
export function pushButton(text: string, onPush: () => void): HTMLButtonElement {
  return button(text, { class: 'ht-button' }, onPush);
}
