// `pnpm -C apps/explorables pictures [-- --out DIR] [--only formats] [--serve]`: the islands in the project's own Chromium, under the site's content policy, in four looks; prints their sizes.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveBundle } from '@halftone/page/serve-bundle';
import { chromium } from 'playwright-core';

const islands = /** @type {const} */ (['device', 'formats', 'loss-scale']);
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
const { origin, metafile, close } = await serveBundle({
  programs: {
    absWorkingDir: join(import.meta.dirname, '..'),
    stdin: {
      contents: `const name = document.querySelector('[data-island]').dataset.island;
const { mount } = await ({ device: () => import('./src/device/index.ts'), formats: () => import('./src/formats/index.ts'), 'loss-scale': () => import('./src/loss-scale/index.ts') })[name]();
await mount(document.querySelector('[data-island]'));
document.body.dataset.ready = '';`,
      resolveDir: join(import.meta.dirname, '..'),
      sourcefile: 'loader.js',
    },
  },
  files: {
    ...Object.fromEntries(islands.map((name) => [`${name}.html`, page(name)])),
    'dev.css': await readFile(join(import.meta.dirname, 'dev.css'), 'utf8'),
  },
  port: values.serve ? 4173 : 0,
});
for (const [path, { bytes, entryPoint }] of Object.entries(metafile.outputs))
  console.log(`${path.split('/').at(-1)} ${bytes} bytes${entryPoint ? ` (${entryPoint})` : ''}`);
if (values.serve) console.log(islands.map((name) => `${origin}/${name}.html`).join('\n'));
else await takePictures();

/** @param {string} name */
function page(name) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>loading</title><link rel="icon" href="data:,"><!-- styles --><main><h1>${name}</h1><div data-island="${name}"></div></main><script type="module" src="/stdin.js"></script></html>`;
}

async function takePictures() {
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
    await close();
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
