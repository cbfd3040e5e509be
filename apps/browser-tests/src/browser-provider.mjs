import { defineBrowserProvider } from '@vitest/browser';
import { chromium } from 'playwright-core';

/** @import { Browser, BrowserContext, LaunchOptions, Page } from 'playwright-core' */
/** @import { BrowserProvider, BrowserProviderOption } from 'vitest/node' */

/**
 * Drives a Chromium for vitest by `playwright-core`, which the other rooms have already.
 *
 * `@vitest/browser-playwright` does the same and more, but it is an optional peer of vitest: installed in one room of this workspace, it and
 * the whole of Playwright would be installed in all of them, and with `npm start`.
 *
 * @param {LaunchOptions} launch
 * @returns {BrowserProviderOption}
 */
export function playwrightCore(launch) {
  return defineBrowserProvider({
    name: 'playwright-core',
    supportedBrowser: ['chromium'],
    options: {},
    providerFactory: () => new ChromiumProvider(launch),
  });
}

/** One browser of a run. A session of vitest is one tab, in which each test file has a frame. @implements {BrowserProvider} */
class ChromiumProvider {
  name = 'playwright-core';
  supportsParallelism = true; // two browsers side by side; files of one run one by one, see vitest-settings.mjs
  mocker = { register: noMocks, delete: noMocks, clear: async () => undefined };

  /** @type {Map<string, { readonly context: BrowserContext, readonly page: Page }>} */
  #tabs = new Map();
  /** @type {Promise<Browser> | undefined} */
  #browser;

  /** @param {LaunchOptions} launch */
  constructor(launch) {
    this.launch = launch;
  }

  /** @param {string} session */
  getCommandsContext(session) {
    return { ...this.#tabs.get(session) };
  }

  /**
   * @param {string} session
   * @param {string} url
   */
  async openPage(session, url) {
    this.#browser ??= chromium.launch(this.launch);
    const context = await (await this.#browser).newContext();
    const page = await context.newPage();
    await this.#tabs.get(session)?.context.close();
    this.#tabs.set(session, { context, page });
    await page.goto(url, { timeout: 0 });
  }

  async close() {
    const browser = await this.#browser?.catch(() => undefined);
    this.#tabs.clear();
    this.#browser = undefined;
    await browser?.close();
  }
}

/** @returns {Promise<never>} */
async function noMocks() {
  throw new Error('[browser-tests] tests on a device run real parts, got vi.mock(). Take the part as an argument.');
}
