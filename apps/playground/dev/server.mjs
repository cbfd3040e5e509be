import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { bundlePage } from './bundle.mjs';

/** What the site sends too. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "connect-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const HTML = `<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Playground</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"><link rel="stylesheet" href="/app/index.css"><link rel="stylesheet" href="/app/charts.css">
<script type="module" src="/app/index.js"></script><main><h1>Playground</h1><h2>Train</h2><div data-island="playground" data-wasm="/wasm/">The playground needs JavaScript.</div></main></html>`;

const CSS = `body{font:16px/1.6 system-ui,sans-serif;margin:0;background:var(--sl-color-bg);color:var(--sl-color-text)}main{max-width:60rem;margin:0 auto;padding:1rem}
:root{--sl-color-bg:#fff;--sl-color-text:#23262f;--sl-color-gray-3:#565b6b;--sl-color-gray-5:#d0d3dc;--sl-color-gray-6:#f4f5f8;--sl-color-accent:#4338ca}
:root[data-theme=dark]{color-scheme:dark;--sl-color-bg:#17181c;--sl-color-text:#c2c5d0;--sl-color-gray-3:#9a9eac;--sl-color-gray-5:#353841;--sl-color-gray-6:#23262f;--sl-color-accent:#6d63ff;--sl-color-accent-high:#c7d2fe}`;

/**
 * Serves the playground by itself, on localhost, with a strict content policy.
 *
 * @param {number} port - 0 for any
 * @returns {Promise<{ readonly url: string, close(): void }>}
 */
export async function servePlayground(port) {
  const files = { ...(await bundlePage()), '/': { type: 'text/html', body: HTML }, '/page.css': { type: 'text/css', body: CSS } };
  const charts = Object.entries(files).filter(([name]) => name.endsWith('.css') && /chart-board/.test(name));
  Object.assign(files, { '/app/charts.css': charts[0]?.[1] ?? { type: 'text/css', body: '' } });
  const wasm = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split(/[?#]/)[0] ?? '/';
    const found = files[/** @type {keyof typeof files} */ (path)];
    const headers = { 'content-security-policy': POLICY, 'cache-control': 'no-store' };
    if (found !== undefined) {
      response.writeHead(200, { ...headers, 'content-type': found.type }).end(found.body);
      return;
    }
    const binary = /^\/wasm\/([\w-]+\.wasm)$/.exec(path)?.[1];
    const read = binary === undefined ? Promise.reject(new Error('nothing here')) : readFile(join(wasm, binary));
    read.then(
      (body) => response.writeHead(200, { ...headers, 'content-type': 'application/wasm' }).end(body),
      () => response.writeHead(404, headers).end('nothing here'),
    );
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${bound}/`, close: () => server.close() };
}
