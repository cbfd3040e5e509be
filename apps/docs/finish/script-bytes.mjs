import { dirname, join } from 'node:path/posix';
import { gzipSync } from 'node:zlib';

/** What a page makes a browser fetch and run before anyone touches it. @typedef {{ readonly files: readonly string[], readonly bytes: number, readonly gzipped: number }} ScriptBytes */

/**
 * Adds up the scripts of a page: those that it names and what they import at once. What is imported later, by name, is not counted.
 *
 * @param {string} html
 * @param {(path: string) => string} read - a file of the site by its address
 * @returns {ScriptBytes}
 */
export function scriptBytes(html, read) {
  const inline = [...html.matchAll(/<script\b(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
  const waiting = [...html.matchAll(/<script\b[^>]*\ssrc="([^"]+)"/g)].map(([, address = '']) => address);
  /** @type {Map<string, string>} */
  const files = new Map();
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (files.has(address)) continue;
    const text = read(address);
    files.set(address, text);
    const from = address;
    waiting.push(...importsOf(text).map((path) => (path.startsWith('/') ? path : join(dirname(from), path))));
  }
  const texts = [...files.values(), ...inline];
  return {
    files: [...files.keys()].toSorted(),
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    gzipped: texts.reduce((sum, text) => sum + gzipSync(text).length, 0),
  };
}

/** @param {string} text - of a module that a bundler wrote */
function importsOf(text) {
  return [...text.matchAll(/(?:^|[;\n}])\s*(?:import|export)\b(?:[^;"'()]*?\bfrom)?\s*["']((?:\.{1,2})?\/[^"']+)["']/g)].map(
    ([, path = '']) => path,
  );
}
