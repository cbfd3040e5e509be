import { inOrder, packagesForReaders, sections } from './sections.mjs';

/**
 * @typedef {{ readonly slug: string, readonly label: string, readonly section: string, readonly about: string }} Entry
 * @typedef {{ readonly label: string, readonly slug: string } | { readonly label: string, readonly collapsed: boolean, readonly items: readonly Item[] }} Item
 */

/**
 * The sidebar: only pages that exist.
 *
 * Pure.
 *
 * @param {readonly Entry[]} entries
 * @returns {Item[]}
 */
export function sidebarOf(entries) {
  const group = /** @type {(label: string, items: readonly Item[], collapsed?: boolean) => Item[]} */ (
    (label, items, collapsed = false) => (items.length === 0 ? [] : [{ label, collapsed, items }])
  );
  const texts = sections.flatMap(({ folder, label, order }) => {
    const pages = items(entries, folder, order);
    if (folder !== 'reference') return group(label, pages, folder === 'decisions');
    const packages = group('Packages', items(entries, 'packages', packagesForReaders), true);
    const api = group('API', items(entries, 'api', packagesForReaders), true);
    return group(label, [...packages, ...api, ...pages]);
  });
  return [
    ...group('Start', [{ label: 'What Halftone is', slug: 'index' }, ...items(entries, 'start', ['overview'])]),
    { label: 'Playground', slug: 'playground' },
    ...texts,
  ];
}

/**
 * The page that lists a section, for readers who come by a link to its folder.
 *
 * Pure.
 *
 * @param {typeof sections[number]} section
 * @param {readonly Entry[]} entries
 * @returns {import('./page.mjs').Page}
 */
export function listOf({ folder, label, about, order }, entries) {
  const parts =
    folder === 'reference'
      ? [
          ...pagesIn(entries, folder, order),
          ...pagesIn(entries, 'packages', packagesForReaders),
          ...pagesIn(entries, 'api', packagesForReaders),
        ]
      : pagesIn(entries, folder, order);
  const lines = parts.map(
    ({ slug, label: title, about: text }) => `- [${title}](/${slug}/)${text === '' ? '' : `<br>${text.replaceAll('<', '&lt;')}`}`,
  );
  return { title: label, description: about, body: [about, '', ...lines].join('\n') };
}

/** @type {(entries: readonly Entry[], section: string, order: readonly string[]) => Item[]} */
function items(entries, section, order) {
  return pagesIn(entries, section, order).map(({ slug, label }) => ({ label, slug }));
}

/** @type {(entries: readonly Entry[], section: string, order: readonly string[]) => Entry[]} */
function pagesIn(entries, section, order) {
  const own = new Map(entries.filter((entry) => entry.section === section).map((entry) => [entry.slug.split('/').at(-1) ?? '', entry]));
  return inOrder([...own.keys()], order).flatMap((name) => own.get(name) ?? []);
}
