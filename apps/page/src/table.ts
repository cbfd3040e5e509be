import { element, type Attributes } from './elements.ts';

/** A table as data: the first column heads its rows. */
export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Said before the table; left out where another element names it. */
  readonly caption?: string;
}

/** Makes a table. */
export function table(data: TableData, attributes: Attributes = {}): HTMLTableElement {
  const made = element('table', attributes);
  fillTable(made, data);
  return made;
}

/** Puts data in place of what a table holds; a column without a name has an empty cell for its head. */
export function fillTable(target: HTMLTableElement, { caption, columns, rows }: TableData): void {
  const head = columns.map((column) => (column === '' ? element('td') : element('th', { scope: 'col' }, column)));
  const body = rows.map((row) =>
    element('tr', {}, ...row.map((cell, i) => element(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, String(cell)))),
  );
  target.replaceChildren(
    ...(caption === undefined ? [] : [element('caption', {}, caption)]),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/**
 * Makes a part that scrolls by itself where its content is too wide, also by keyboard.
 *
 * @param attributes - its class, and its name: `aria-label` or `aria-labelledby`
 * @param content - mostly a table
 */
export function scrollingPart(attributes: Attributes, content: Node): HTMLElement {
  return element('div', { role: 'region', tabindex: 0, ...attributes }, content);
}
