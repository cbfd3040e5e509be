// `pnpm -C apps/explorables pictures [-- --out DIR] [--only formats] [--serve]`: the islands in the project's own Chromium, under the site's content policy, in four looks; prints their sizes.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const islands = /** @type {const} */ (['device', 'formats', 'loss-scale']);
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'";
const looks = /** @type {const} */ ([
  { name: 'desktop-light', width: 1000, height: 900, colorScheme: 'light' },
  { name: 'desktop-dark', width: 1000, height: 900, colorScheme: 'dark' },
  { name: 'phone-light', width: 360, height: 740, colorScheme: 'light' },
  { name: 'phone-dark', width: 360, height: 740, colorScheme: 'dark' },
]);
const switches = ['--enable-unsafe-webgpu', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--no-first-run'];

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(tmpdir(), 'explorables') },
    only: { type: 'string' },
    serve: { type: 'boolean', default: false },
  },
});
const chosen = islands.filter((name) => values.only === undefined || name === values.only);
const files = await bundle();
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const body = path.endsWith('.html') || path === '/' ? page(path.slice(1, -5)) : files.get(path.slice(1));
  const type = path.endsWith('.js') ? 'text/javascript' : path.endsWith('.css') ? 'text/css' : 'text/html';
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy });
  response.end(body ?? 'nothing here');
});
await new Promise((resolve) => server.listen(values.serve ? 4173 : 0, '127.0.0.1', () => resolve(undefined)));
const address = server.address();
const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
if (values.serve) console.log(islands.map((name) => `${origin}/${name}.html`).join('\n'));
else await takePictures();

/** @returns {Promise<Map<string, Uint8Array>>} what the bundler wrote, by name; also prints the size of each island and of what it loads later */
async function bundle() {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `const name = document.querySelector('[data-island]').dataset.island;
const { mount } = await ({ device: () => import('./src/device/index.ts'), formats: () => import('./src/formats/index.ts'), 'loss-scale': () => import('./src/loss-scale/index.ts') })[name]();
await mount(document.querySelector('[data-island]'));
document.body.dataset.ready = '';`,
      resolveDir: join(import.meta.dirname, '..'),
      sourcefile: 'loader.js',
    },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    conditions: ['@halftone/source'],
    target: 'es2022',
    outdir: '/out',
    entryNames: 'loader',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const [path, { bytes, entryPoint }] of Object.entries(metafile.outputs))
    console.log(`${path.split('/').at(-1)} ${bytes} bytes${entryPoint ? ` (${entryPoint})` : ''}`);
  return new Map(outputFiles.map(({ path, contents }) => [path.split('/').at(-1) ?? '', contents]));
}

/** @param {string} name */
function page(name) {
  const styles = [...files.keys()].filter((file) => file.endsWith('.css')).map((file) => `<link rel="stylesheet" href="/${file}">`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>loading</title><link rel="icon" href="data:,">${styles.join('')}
<link rel="stylesheet" href="/dev.css"><main><h1>${name}</h1><div data-island="${name}"></div></main><script type="module" src="/loader.js"></script></html>`;
}

async function takePictures() {
  files.set('dev.css', await readFile(join(import.meta.dirname, 'dev.css')));
  const executablePath = process.env['HALFTONE_BROWSER'];
  if (!executablePath) throw new Error('[explorables] a browser is needed, got no HALFTONE_BROWSER. Start this by `pnpm pictures`.');
  await mkdir(values.out, { recursive: true });
  const profile = await mkdtemp(join(tmpdir(), 'halftone-explorables-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: switches });
  try {
    for (const name of chosen) for (const look of looks) await takePicture(context, name, look);
    if (chosen.includes('device')) {
      await context.addInitScript("Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })");
      for (const look of looks) await takePicture(context, 'device', { ...look, name: `${look.name}-without-webgpu` });
    }
  } finally {
    await context.close();
    server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} name
 * @param {{ readonly name: string, readonly width: number, readonly height: number, readonly colorScheme: 'light' | 'dark' }} look
 */
async function takePicture(context, name, { name: title, width, height, colorScheme }) {
  const tab = await context.newPage();
  tab.on('console', (message) => console.log(`${name} ${title}: ${message.text()}`));
  tab.on('pageerror', (error) => console.log(`${name} ${title}: ${error}`));
  await tab.emulateMedia({ colorScheme });
  await tab.setViewportSize({ width, height });
  await tab.goto(`${origin}/${name}.html`);
  await tab.waitForSelector('body[data-ready]', { timeout: 20_000 });
  await tab.waitForTimeout(700); // what is drawn again at its width, and said once things rest
  const probe = tab.getByRole('button', { name: 'Probe it' });
  if (await probe.isVisible()) {
    await probe.click();
    await tab.getByText(/^(Done|The probe broke off)/).waitFor({ timeout: 60_000 });
    if (title === 'desktop-light') console.log(await tab.locator('.ht-json').inputValue());
  }
  const overflow = await tab.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  if (overflow) console.log(`${name} ${title}: wider than the page by ${overflow} px`);
  const file = join(values.out, `${name}-${title}.png`);
  await tab.screenshot({ path: file, fullPage: true });
  console.log(file);
  await tab.close();
}
