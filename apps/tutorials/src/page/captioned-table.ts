import { scrollingPart, table, type TableData } from '@halftone/page/table';

/** Makes a table with its caption, in a part that scrolls by itself where it is too wide. */
export function captionedTable(caption: string, data: TableData): HTMLElement {
  return scrollingPart({ class: 'tutorial-scroll', 'aria-label': caption }, table({ ...data, caption }));
}
