import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readHeaders } from './headers.mjs';
import { mediaTypeOf } from './media-types.mjs';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */

/**
 * Serves a built site on localhost, with the headers that its `_headers` names, as a static host does.
 *
 * Only this machine reaches it. A file outside the folder, or one whose name begins with a dot or `_headers`, does not exist.
 *
 * @param {{ readonly folder: string, readonly port?: number }} options - `port` 0, the default, takes a free one
 * @returns {Promise<{ readonly origin: string, close(): Promise<void> }>}
 * @throws Error if the folder holds no built site or the port is taken
 */
export async function serveSite({ folder, port = 0 }) {
  const text = await readFile(join(folder, '_headers'), 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Error(`[docs] ${folder} must hold a built site, got no _headers there. Build it: npm run docs -- --build`);
  const headersOf = readHeaders(text);
  const server = createServer((request, response) => {
    answer(request, response, resolve(folder), headersOf).catch(() => response.destroy());
  });
  await new Promise((done, fail) => {
    server.once('error', (cause) =>
      fail(new Error(`[docs] port ${port} must be free, got ${cause.message}. Choose another one: --port`, { cause })),
    );
    server.listen(port, '127.0.0.1', () => done(undefined));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('[docs] the server does not listen');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** @type {(request: IncomingMessage, response: ServerResponse, folder: string, headersOf: (path: string) => Record<string, string>) => Promise<void>} */
async function answer(request, response, folder, headersOf) {
  const { path, search } = addressOf(request.url ?? '/');
  const headers = { ...headersOf(path ?? '/') };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
    return;
  }
  const found = path === undefined ? undefined : await fileAt(folder, path);
  if (found?.isFolder) {
    response.writeHead(301, { ...headers, Location: `${encodeURI(path ?? '')}/${search}` }).end();
    return;
  }
  const file = found?.file ?? join(folder, '404.html');
  const { size } = await stat(file);
  response.writeHead(found ? 200 : 404, {
    'Cache-Control': 'no-cache',
    ...headers,
    'Content-Type': mediaTypeOf(extname(file)),
    'Content-Length': size,
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}

/**
 * @param {string} url
 * @returns {{ path?: string, search: string }} no path for one that cannot be read
 */
function addressOf(url) {
  const [raw = '', search] = url.split(/(?=\?)/, 2);
  try {
    return { path: decodeURIComponent(raw), search: search ?? '' };
  } catch {
    return { search: '' };
  }
}

/**
 * @param {string} folder
 * @param {string} path - decoded
 * @returns {Promise<{ file: string, isFolder: boolean } | undefined>} nothing where there is no such file
 */
async function fileAt(folder, path) {
  const isHidden = path.split('/').some((part) => part.startsWith('.') || part === '_headers');
  if (isHidden || !/^\/(?!\/)[^\0\\]*$/.test(path)) return undefined;
  const file = resolve(folder, `.${path.endsWith('/') ? `${path}index.html` : path}`);
  if (!file.startsWith(folder + sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return { file, isFolder: false };
  const isFolder = found?.isDirectory() === true && (await stat(join(file, 'index.html')).catch(() => undefined))?.isFile() === true;
  return isFolder ? { file, isFolder } : undefined;
}
