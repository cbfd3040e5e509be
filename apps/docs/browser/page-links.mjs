import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @import { ReadPage } from './page-walk.mjs' */
/** @import { Site } from './open-site.mjs' */

/**
 * Each address once.
 *
 * @param {readonly string[]} links
 */
export function addressesOf(links) {
  return [...new Set(links)];
}

/**
 * Whether every link inside the site leads to a page or a file, and every anchor to an element of that page. Links that leave are not followed.
 *
 * @param {readonly ReadPage[]} read
 * @param {Site} site
 * @returns {{ internal: number, anchors: number, leaving: number }}
 * @throws {Error} with every link that leads nowhere
 */
export function expectLinksResolve(read, site) {
  const ids = new Map(read.map(({ page, ids }) => [page.path, new Set(ids)]));
  const counts = { internal: 0, anchors: 0, leaving: 0 };
  /** @type {string[]} */
  const faults = [];
  for (const { page, links } of read) {
    for (const link of links) {
      const { origin, protocol, pathname, hash } = new URL(link);
      if (origin !== site.origin) {
        counts.leaving += 1;
        if (!/^(https|mailto):$/.test(protocol)) faults.push(`${page.path} leads to ${link}, which is neither https nor mail`);
        continue;
      }
      counts.internal += 1;
      const path = decodeURIComponent(pathname);
      const anchors = ids.get(path);
      if (anchors === undefined) {
        if (path.endsWith('/') || !existsSync(join(site.folder, path))) faults.push(`${page.path} leads to ${path}, which is not there`);
        continue;
      }
      const anchor = decodeURIComponent(hash.slice(1));
      if (!anchor) continue;
      counts.anchors += 1;
      if (!anchors.has(anchor)) faults.push(`${page.path} leads to ${path}#${anchor}, which that page has not`);
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return counts;
}
