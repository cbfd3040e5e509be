import { parseHTML } from 'linkedom';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { button, element, freshId, setAttributes, setText, svg } from '../../src/elements.ts';
import { fillTable, scrollingPart, table } from '../../src/table.ts';

let page: ReturnType<typeof parseHTML>;

beforeEach(() => {
  page = parseHTML('<!doctype html><html><body></body></html>');
  vi.stubGlobal('document', page.document);
});
afterEach(() => vi.unstubAllGlobals());

describe('an element', () => {
  test('has its attributes, and texts that stay texts', () => {
    const made = element('p', { class: 'a', hidden: true, tabindex: 0, title: false, lang: null, id: undefined }, '<b>', element('i'));
    expect(Object.fromEntries([...made.attributes].map(({ name, value }) => [name, value]))).toEqual({
      class: 'a',
      hidden: '',
      tabindex: '0',
    });
    expect(made.innerHTML).toBe('&lt;b&gt;<i></i>');
  });

  test('loses an attribute that is set to nothing', () => {
    const made = element('input', { 'aria-invalid': 'true', disabled: true, max: 0 });
    setAttributes(made, { 'aria-invalid': null, disabled: false });
    expect([...made.attributes].map(({ name, value }) => `${name}=${value}`)).toEqual(['max=0']);
  });

  test('of a drawing is one of SVG', () => {
    expect(svg('rect', { x: 1.5 }).namespaceURI).toBe('http://www.w3.org/2000/svg');
  });

  test('that is a button submits nothing and calls back', () => {
    const pressed = vi.fn<() => void>();
    const made = button('Go', { class: 'main' }, pressed);
    expect([made.getAttribute('type'), made.className, made.textContent]).toEqual(['button', 'main', 'Go']);
    made.dispatchEvent(new page.Event('click'));
    expect(pressed).toHaveBeenCalledOnce();
  });

  test('keeps its text node where the text is the same', () => {
    const made = element('p', {}, 'same');
    const before = made.firstChild;
    setText(made, 'same');
    expect(made.firstChild).toBe(before);
    setText(made, 'other');
    expect(made.textContent).toBe('other');
  });

  test('never gets an id twice', () => {
    expect(new Set(Array.from({ length: 100 }, () => freshId('x'))).size).toBe(100);
  });
});

describe('a table', () => {
  const data = { columns: ['', 'float32'], rows: [['loss', 0.5] as const] };

  test('heads its columns and rows, and leaves no head empty', () => {
    expect(table(data, { class: 'a' }).outerHTML).toBe(
      '<table class="a"><thead><tr><td></td><th scope="col">float32</th></tr></thead><tbody><tr><th scope="row">loss</th><td>0.5</td></tr></tbody></table>',
    );
  });

  test('begins with its caption, and is filled anew', () => {
    const made = table({ ...data, caption: 'What it found' });
    expect(made.firstElementChild?.outerHTML).toBe('<caption>What it found</caption>');
    fillTable(made, { columns: [], rows: [] });
    expect(made.textContent).toBe('');
  });

  test('scrolls by keyboard under its name', () => {
    const part = scrollingPart({ class: 'a', 'aria-label': 'What it found' }, table(data));
    expect([part.getAttribute('role'), part.getAttribute('tabindex'), part.getAttribute('aria-label')]).toEqual([
      'region',
      '0',
      'What it found',
    ]);
    expect(part.querySelectorAll('th')).toHaveLength(2);
  });
});
