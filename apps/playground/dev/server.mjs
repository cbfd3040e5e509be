import { join } from 'node:path';
import { serveBundle } from '@halftone/page/serve-bundle';

const HTML = `<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Playground</title><link rel="icon" href="data:,"><!-- styles -->
<script type="module" src="/page.js"></script><main><h1>Playground</h1><h2>Train</h2><div data-island="playground">The playground needs JavaScript.</div></main></html>`;

const CSS = `body{font:16px/1.6 system-ui,sans-serif;margin:0;background:var(--sl-color-bg);color:var(--sl-color-text)}main{max-width:60rem;margin:0 auto;padding:1rem}
:root{--sl-color-bg:#fff;--sl-color-text:#23262f;--sl-color-gray-3:#565b6b;--sl-color-gray-5:#d0d3dc;--sl-color-gray-6:#f4f5f8;--sl-color-accent:#4338ca}
:root[data-theme=dark]{color-scheme:dark;--sl-color-bg:#17181c;--sl-color-text:#c2c5d0;--sl-color-gray-3:#9a9eac;--sl-color-gray-5:#353841;--sl-color-gray-6:#23262f;--sl-color-accent:#6d63ff;--sl-color-accent-high:#c7d2fe}`;

/**
 * Serves the playground by itself, on localhost, with the headers of the site.
 *
 * @param {number} port - 0 for any
 * @returns {Promise<{ readonly url: string, close(): Promise<void> }>}
 */
export async function servePlayground(port) {
  const { origin, close } = await serveBundle({
    programs: { absWorkingDir: join(import.meta.dirname, '..'), entryPoints: { page: 'dev/page.ts', worker: 'src/worker.ts' } },
    files: { 'index.html': HTML, 'theme.css': CSS },
    port,
  });
  return { url: `${origin}/`, close };
}
