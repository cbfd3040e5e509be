import { join } from 'node:path';
import { builtPages } from './built-pages.mjs';

/** @import { BuiltPage } from './built-pages.mjs' */

/** The built site while it is served. @typedef {{ readonly origin: string, readonly folder: string, readonly pages: readonly BuiltPage[], close(): Promise<void> }} Site */

/**
 * Serves the built site as its readers get it, headers and all.
 *
 * @returns {Promise<Site>}
 * @throws {Error} where it is not built
 */
export async function openSite() {
  const folder = join(import.meta.dirname, '..', 'dist');
  const pages = await builtPages(folder);
  const { serveSite } = await import('../server/serve-site.mjs');
  const { origin, close } = await serveSite({ folder, port: 0 });
  return { origin, folder, pages, close };
}
