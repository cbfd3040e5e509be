/**
 * The places that a Markdown page of the API has: its headings and its named cells.
 *
 * Pure.
 *
 * @param {string} markdown
 * @returns {ReadonlySet<string>}
 */
export function anchorsOf(markdown) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const text = markdown.replace(/^```[\s\S]*?^```/gm, '');
  const headings = [...text.matchAll(/^#{2,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

/**
 * Links between pages of the API, as the site has them.
 *
 * TypeDoc counts a name again for each overload where the page has one heading: a number without a heading means the nearest below it.
 *
 * Pure.
 *
 * @param {string} body
 * @param {string} name - of the package whose page it is
 * @param {ReadonlyMap<string, ReadonlySet<string>>} anchors - of each package
 * @returns {string}
 */
export function withApiLinks(body, name, anchors) {
  return body.replace(/\]\((?:(?:@halftone\/)?([\w-]+)\.md)?(?:#([\w-]+))?\)/g, (link, file, anchor) => {
    if (file === undefined && anchor === undefined) return link;
    const place = anchor === undefined ? '' : `#${nearest(anchor, anchors.get(file ?? name) ?? new Set())}`;
    return `](${file === undefined ? '' : `/reference/api/${file}/`}${place})`;
  });
}

/** @type {(anchor: string, places: ReadonlySet<string>) => string} */
function nearest(anchor, places) {
  const [, base = '', count] = /^(.+?)(?:-(\d+))?$/.exec(anchor) ?? [];
  for (let at = Number(count ?? 0); at > 0; at--) if (places.has(`${base}-${at}`)) return `${base}-${at}`;
  return places.has(anchor) || !places.has(base) ? anchor : base;
}
