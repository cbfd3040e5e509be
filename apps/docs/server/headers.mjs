import { createHash } from 'node:crypto';

/** What one page holds between its tags that a strict policy must know. @typedef {{ readonly scripts: readonly string[], readonly styles: readonly string[] }} InlineParts */

/**
 * The policy of the site: nothing but ourselves, no code from text, and of inline parts only those that the build wrote.
 *
 * `wasm-unsafe-eval` lets WebAssembly compile (search, tfjs's wasm backend) and lets no text become a script.
 *
 * Pure.
 *
 * @param {InlineParts} inline - of all pages together
 * @returns {string} the value of `Content-Security-Policy`
 */
export function contentPolicy({ scripts, styles }) {
  const rules = {
    'default-src': ["'none'"],
    'script-src': ["'self'", "'wasm-unsafe-eval'", ...hashes(scripts)],
    'style-src-elem': ["'self'", ...hashes(styles)],
    'style-src-attr': ["'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return Object.entries(rules)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

/**
 * The inline scripts and styles of a page. Data blocks, which no browser runs, need no permission.
 *
 * Pure.
 *
 * @param {string} html
 * @returns {InlineParts}
 */
export function inlineParts(html) {
  const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)].filter(
    ([, attributes = '']) => !/\ssrc=/.test(attributes) && !/type="(application|text)\/(ld\+)?json"/.test(attributes),
  );
  const styles = [...html.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/g)];
  return { scripts: scripts.map(([, , text = '']) => text), styles: styles.map(([, text = '']) => text) };
}

/**
 * The headers of the site in the form that static hosts read from a file `_headers`.
 *
 * Pure.
 *
 * @param {string} policy
 * @returns {string}
 */
export function headersFile(policy) {
  const everywhere = {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  };
  const block = /** @type {(path: string, headers: Readonly<Record<string, string>>) => string} */ (
    (path, headers) => [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n')
  );
  return `${block('/*', everywhere)}\n\n${block('/_astro/*', { 'Cache-Control': 'public, max-age=31536000, immutable' })}\n`;
}

/**
 * Reads such a file.
 *
 * Pure.
 *
 * @param {string} text
 * @returns {(path: string) => Record<string, string>} the headers of an address
 */
export function readHeaders(text) {
  const blocks = text
    .trim()
    .split(/\n\n+/)
    .map((block) => {
      const [pattern = '', ...lines] = block.split('\n');
      return {
        start: pattern.replace(/\*$/, ''),
        headers: lines.map((line) => /** @type {[string, string]} */ (line.trim().split(/:\s+(.*)/s, 2))),
      };
    });
  return (path) => Object.fromEntries(blocks.filter(({ start }) => path.startsWith(start)).flatMap(({ headers }) => headers));
}

/** @param {readonly string[]} texts */
function hashes(texts) {
  return [...new Set(texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`))].toSorted();
}
