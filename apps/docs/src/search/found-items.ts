import type { FoundPage } from './pagefind.ts';

/** One line for each page, and it leads to the place on the page that speaks of the words most. */
export function foundItems(pages: readonly FoundPage[]): HTMLLIElement[] {
  return pages.map((page) => {
    const part = page.sub_results.find(({ url }) => url.includes('#')) ?? page;
    const title = page.meta.title ?? page.url;
    const link = document.createElement('a');
    link.href = part.url;
    const heading = document.createElement('strong');
    heading.textContent = 'title' in part && part.title !== title ? `${title} › ${part.title}` : title;
    link.append(heading, ...marked(part.excerpt));
    const item = document.createElement('li');
    item.append(link);
    return item;
  });
}

/** The excerpt as nodes: its marks are kept, and no other tag of it can take effect. */
function marked(excerpt: string): Node[] {
  const { body } = new DOMParser().parseFromString(excerpt, 'text/html');
  return [...body.childNodes].map((node) => {
    if (node.nodeName !== 'MARK') return document.createTextNode(node.textContent ?? '');
    const mark = document.createElement('mark');
    mark.textContent = node.textContent;
    return mark;
  });
}
