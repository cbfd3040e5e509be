import { element, freshId } from '@halftone/page/elements';
import { scrollingPart, table, type TableData } from '@halftone/page/table';

/** A table whose caption stands above the part that scrolls. */
export interface CaptionedTable extends TableData {
  readonly caption: string;
  readonly rows: readonly (readonly string[])[];
}

/**
 * Makes a table that scrolls sideways by itself where it is too wide, also by keyboard.
 *
 * @param data - caption and cells
 * @returns the caption, and the scrolling part with the table inside
 */
export function captionedTable({ caption, columns, rows }: CaptionedTable): HTMLElement {
  const id = freshId('caption');
  const cells = table({ columns, rows }, { class: 'ht-table', 'aria-labelledby': id });
  return element(
    'div',
    { class: 'ht-table-part' },
    element('p', { class: 'ht-note', id }, caption),
    scrollingPart({ class: 'ht-scroll', 'aria-labelledby': id }, cells),
  );
}
