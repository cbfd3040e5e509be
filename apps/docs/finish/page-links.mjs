/**
 * What a page refers to: `links` lead somewhere when followed, `resources` are fetched when it is opened. Addresses as they stand in the page.
 * @typedef {{ readonly links: readonly string[], readonly resources: readonly string[], readonly ids: ReadonlySet<string> }} References
 */

/**
 * Reads what a page refers to.
 *
 * Pure.
 *
 * @param {string} html
 * @returns {References}
 */
export function referencesOf(html) {
  const tags = [
    ...html.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<([a-z][\w-]*)((?:\s+[^\s=>]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/g),
  ];
  /** @type {string[]} */
  const links = [];
  /** @type {string[]} */
  const resources = [];
  /** @type {Set<string>} */
  const ids = new Set();
  for (const [, tag = '', text = ''] of tags) {
    const attribute = attributesOf(text);
    const id = attribute.get('id') ?? (tag === 'a' ? attribute.get('name') : undefined);
    if (id !== undefined) ids.add(id);
    const address = attribute.get('href');
    if (address !== undefined && ['a', 'area'].includes(tag)) links.push(address);
    if (address !== undefined && tag === 'link' && attribute.get('rel') !== 'canonical') resources.push(address);
    const sources = [
      attribute.get('src'),
      attribute.get('poster'),
      ...(attribute.get('srcset') ?? '').split(',').map((part) => part.trim().split(/\s/)[0]),
    ];
    resources.push(...sources.flatMap((source) => (source ? [source] : [])));
  }
  return { links, resources, ids };
}

/** @param {string} text - of a tag, after its name */
function attributesOf(text) {
  const found = text.matchAll(/([^\s=]+)=(?:"([^"]*)"|'([^']*)'|(\S+))/g);
  return new Map([...found].map(([, name = '', double, single, bare]) => [name.toLowerCase(), unescaped(double ?? single ?? bare ?? '')]));
}

/** @param {string} text */
function unescaped(text) {
  const signs = /** @type {Readonly<Record<string, string>>} */ ({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#39': "'",
    '#38': '&',
    '#x26': '&',
  });
  return text.replace(/&(amp|lt|gt|quot|#39|#38|#x26);/g, (_, name) => signs[name] ?? '');
}

/**
 * What is wrong with the references of all pages: a target that does not exist, a resource of somebody else.
 *
 * Pure.
 *
 * @param {ReadonlyMap<string, References>} pages - by address: `/how-to/cuda/`
 * @param {(path: string) => boolean} isFile - whether the site has a file at that address
 * @returns {string[]} one line a fault
 */
export function referenceFaults(pages, isFile) {
  const faults = [...pages].flatMap(([path, { links, resources }]) => {
    const strange = resources
      .filter((address) => /^([a-z][a-z+.-]*:)?\/\//i.test(address))
      .map((address) => `${path} fetches ${address}, which is not ours`);
    const local = [...links, ...resources].filter((address) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(address));
    return [...strange, ...local.flatMap((address) => localFault(path, address, pages, isFile) ?? [])];
  });
  return [...new Set(faults)];
}

/** @type {(path: string, address: string, pages: ReadonlyMap<string, References>, isFile: (path: string) => boolean) => string | undefined} */
function localFault(path, address, pages, isFile) {
  const url = new URL(address, `http://site${path}`);
  const target = decodeURIComponent(url.pathname);
  const page = pages.get(target);
  if (!page) return isFile(target) ? undefined : `${path} leads to ${address}, where nothing is`;
  const anchor = decodeURIComponent(url.hash.slice(1));
  return anchor === '' || anchor === '_top' || page.ids.has(anchor)
    ? undefined
    : `${path} leads to ${address}, but that page has no such place`;
}
