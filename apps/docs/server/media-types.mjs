/** What the files of the site are, by their ending. */
export const mediaTypes = /** @type {const} */ ({
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
});

/**
 * The media type of a file.
 *
 * @param {string} extension - with its dot
 * @returns {string} bytes without a meaning for an ending that is not listed, as those of the search index
 */
export function mediaTypeOf(extension) {
  return Object.hasOwn(mediaTypes, extension) ? mediaTypes[/** @type {keyof typeof mediaTypes} */ (extension)] : 'application/octet-stream';
}
