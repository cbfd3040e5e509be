// `pnpm -C apps/playground pictures [-- --browser half] [--tour first] [--out DIR]`: visits the playground in the project's own Chromiums and takes pictures.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { servePlayground } from './server.mjs';
import { tours } from './tour.mjs';

/** The browsers by whether their WebGPU has `shader-f16`. */
const browsers = { plain: process.env['HALFTONE_BROWSER'], half: process.env['HALFTONE_BROWSER_F16'] };
const switches = [
  '--enable-unsafe-webgpu',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--no-first-run',
  '--disable-background-networking',
];

const withoutGpu = ['--disable-gpu', '--disable-features=WebGPUService', '--no-first-run', '--disable-background-networking'];

const { values } = parseArgs({
  options: {
    browser: { type: 'string' },
    tour: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '..', '..', '..', '.cache', 'playground') },
  },
});
await mkdir(values.out, { recursive: true });
const server = await servePlayground(0);
try {
  for (const [browser, program] of Object.entries(browsers)) {
    if (program === undefined || (values.browser ?? browser) !== browser) continue;
    for (const [name, tour] of Object.entries(tours)) if ((values.tour ?? name) === name) await visit({ browser, program, name, tour });
  }
} finally {
  await server.close();
}

/** @param {{ readonly browser: string, readonly program: string, readonly name: string, readonly tour: (typeof tours)[string] }} plan */
async function visit({ browser, program, name, tour }) {
  const scratch = await mkdtemp(join(tmpdir(), 'halftone-playground-'));
  const begin = performance.now();
  const say = (/** @type {string} */ text) =>
    console.log(`${browser} ${name} ${((performance.now() - begin) / 1000).toFixed(1)} s  ${text}`);
  const context = await chromium.launchPersistentContext(join(scratch, 'profile'), {
    executablePath: program,
    headless: true,
    args: name === 'emulate' ? withoutGpu : switches,
    viewport: { width: 1000, height: 900 },
  });
  const page = await context.newPage();
  const picture = async (/** @type {string} */ what) =>
    void (await page.screenshot({ path: join(values.out, `${browser}-${what}.png`), fullPage: true }));
  /** @type {string[]} */
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => (message.type() === 'error' ? faults.push(message.text()) : undefined));
  page.on('request', (request) =>
    /^(blob:|data:)/.test(request.url()) || request.url().startsWith(server.url) ? undefined : faults.push(request.url()),
  );
  try {
    await tour({ page, url: server.url, say, picture, scratch });
  } catch (error) {
    process.exitCode = 1;
    say(String(error));
    await picture('stopped');
  } finally {
    for (const fault of faults) say(`fault: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    await context.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
