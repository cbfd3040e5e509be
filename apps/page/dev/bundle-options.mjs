/** @import { BuildOptions } from 'esbuild' */

/** How programs of pages are bundled outside of the site: from sources, for browsers of today, what is loaded later in files of its own. */
export const bundleOptions = /** @satisfies {BuildOptions} */ ({
  bundle: true,
  splitting: true,
  minify: true,
  format: /** @type {const} */ ('esm'),
  platform: /** @type {const} */ ('browser'),
  mainFields: ['module', 'main'],
  conditions: ['@halftone/source'],
  target: 'es2022',
  metafile: /** @type {const} */ (true),
  write: /** @type {const} */ (false),
});
