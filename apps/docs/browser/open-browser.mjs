import { chromium } from 'playwright-core';
import { commonSwitches } from '../../consumers/src/chromium.mjs';
import { environmentFor } from '../../consumers/src/environment.mjs';
import { Missing } from '../../consumers/src/verdicts.mjs';
import { shaderSettings } from '../../setup/src/shader-settings.mjs';
import { ExitProxy } from './exit-proxy.mjs';

/** @import { Browser } from 'playwright-core' */
/** @import { BrowserKind } from './browser-kinds.mjs' */

/** An open browser whose only way out is kept. @typedef {{ readonly kind: BrowserKind, readonly browser: Browser, readonly exit: ExitProxy }} OpenBrowser */

/**
 * Starts a browser, hands it over and ends it.
 *
 * Shaders are compiled for four lanes on Mesa's CPU driver, as a tutorial runs most of them a few times.
 *
 * @template T
 * @param {BrowserKind} kind
 * @param {(open: OpenBrowser) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws {Missing} where set-up brought no such browser
 */
export async function withBrowser(kind, use) {
  const path = (await environmentFor(['browser']))[kind.variable];
  if (!path) throw new Missing('browser', `set-up brought no ${kind.variable}`);
  const exit = new ExitProxy();
  const server = await exit.open();
  const browser = await chromium.launch({
    executablePath: path,
    headless: true,
    args: [...commonSwitches, ...kind.switches],
    env: { ...process.env, ...shaderSettings['four-lanes'] },
    proxy: { server, bypass: '127.0.0.1' },
  });
  try {
    return await use({ kind, browser, exit });
  } finally {
    await browser.close();
    exit.close();
  }
}
