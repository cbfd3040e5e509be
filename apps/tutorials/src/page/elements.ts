/** Makes an element with attributes and children; `text` is its text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A table with a head and, where told, row heads in the first column. */
export function makeTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[], caption: string): HTMLElement {
  const head = make('thead', {}, [
    make(
      'tr',
      {},
      columns.map((name) => make('th', { scope: 'col' }, [name])),
    ),
  ]);
  const body = make(
    'tbody',
    {},
    rows.map((row) =>
      make(
        'tr',
        {},
        row.map((cell, i) => (i === 0 ? make('th', { scope: 'row' }, [String(cell)]) : make('td', {}, [String(cell)]))),
      ),
    ),
  );
  const table = make('table', {}, [make('caption', {}, [caption]), head, body]);
  return make('div', { class: 'tutorial-scroll', tabindex: '0', role: 'region', 'aria-label': caption }, [table]);
}
