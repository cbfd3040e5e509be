import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { root } from '../../setup/src/folders.mjs';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { Vite } from 'vitest/node' */

const page = join(import.meta.dirname, '..', 'page');

/** Modules that only Node has, and what stands for them in a page. */
export const standIns = [
  ...['fs', 'path', 'url', 'worker_threads', 'zlib'].map((name) => ({
    find: `node:${name}`,
    replacement: join(page, `${name.replace('_', '-')}.ts`),
  })),
  { find: /^esbuild$/, replacement: join(page, 'esbuild.ts') },
];

/** What a page may ask of the server: a file of this repository, and to unpack bytes. @type {Record<string, (body: Buffer) => Buffer>} */
export const answers = {
  '/file': (body) => {
    const path = decodeURIComponent(body.toString()).replace(/^\/@fs(?=\/)/, '');
    const file = path.startsWith(root) ? path : join(root, path);
    if (relative(root, file).startsWith('..'))
      throw new Error(`[browser-tests] a page may read files of this repository, got ${file}. Keep the file in it.`);
    return readFileSync(file);
  },
  '/gunzip': (body) => gunzipSync(body),
};

/**
 * The server's side of the stand-ins.
 *
 * @returns {Vite.Plugin}
 */
export function nodeParts() {
  return {
    name: 'halftone:node-parts',
    configureServer: ({ middlewares }) => void middlewares.use('/__node__', (request, response) => void answer(request, response)),
  };
}

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
async function answer(request, response) {
  try {
    const found = answers[request.url ?? '']?.(await buffer(request));
    response.writeHead(found ? 200 : 404).end(found);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}
