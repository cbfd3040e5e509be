import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** @import { Page } from 'playwright-core' */

/** WebGPU on a CPU driver is behind a switch. */
export const webgpuSwitches = ['--enable-unsafe-webgpu', '--enable-webgpu-developer-features'];

/** Of every browser here: WebGL on a CPU driver, and nothing that the browser does by itself. */
export const commonSwitches = [
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Drawing on the same Vulkan driver as WebGPU: without it, a headless Chromium loses the device when a page reads a WebGPU canvas. */
export const vulkanDrawing = ['--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader'];

/**
 * Opens a page of a server of its own, on localhost, because WebGPU exists on trustworthy origins alone.
 *
 * @template T
 * @param {{ readonly browser: string, readonly switches?: readonly string[], readonly files: Readonly<Record<string, { readonly type: string, readonly body: string | Uint8Array }>> }} site - the program of the browser, and what the server has by path
 * @param {(page: Page, url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withPage({ browser, files, switches = [] }, use) {
  const server = createServer((request, response) => {
    const found = files[request.url?.split(/[?#]/)[0] ?? '/'];
    response.writeHead(found ? 200 : 404, { 'content-type': found?.type ?? 'text/plain' });
    response.end(found?.body ?? 'nothing here');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const profile = await mkdtemp(join(tmpdir(), 'halftone-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser,
    headless: true,
    args: [...commonSwitches, ...webgpuSwitches, ...switches],
  });
  try {
    return await use(await context.newPage(), `http://127.0.0.1:${port}/`);
  } finally {
    await context.close();
    server.close();
    await rm(profile, { recursive: true, force: true });
  }
}
