import { freshId, html } from './dom.ts';

/** A table as data: the first column heads its rows. */
export interface TableData {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Makes a table that scrolls sideways by itself where it is too wide, also by keyboard.
 *
 * @param data - captions and cells
 * @returns the caption, and the scrolling part with the table inside
 */
export function tableElement({ caption, columns, rows }: TableData): HTMLElement {
  const head = html('thead', {}, html('tr', {}, ...columns.map((column) => html('th', { scope: 'col' }, column))));
  const body = html(
    'tbody',
    {},
    ...rows.map((row) => html('tr', {}, ...row.map((cell, i) => (i === 0 ? html('th', { scope: 'row' }, cell) : html('td', {}, cell))))),
  );
  const captionId = freshId('caption');
  const table = html('table', { class: 'ht-table', 'aria-labelledby': captionId }, head, body);
  return html(
    'div',
    { class: 'ht-table-part' },
    html('p', { class: 'ht-note', id: captionId }, caption),
    html('div', { class: 'ht-scroll', role: 'region', 'aria-labelledby': captionId, tabindex: 0 }, table),
  );
}
