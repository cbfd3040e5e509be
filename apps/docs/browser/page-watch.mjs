import { expectNone } from './expectations.mjs';

/** @import { BrowserContext, ConsoleMessage } from 'playwright-core' */

/** What a Chromium says of itself and of this machine's CPU driver, on any page. */
const browserSays = [
  /^No available adapters\.$/,
  /^WebGPU is experimental on this platform/,
  /^Failed to create WebGPU Context Provider/,
  /powerPreference option is currently ignored/,
];

/**
 * Everything that must not happen on a page, for all pages of one context: words in the console, errors, failed or foreign requests, breaches of the content policy.
 *
 * @example
 * const watch = new PageWatch(context, origin);
 * await page.goto(`${origin}/`);
 * watch.expectNothing();
 */
export class PageWatch {
  /** @type {string[]} */
  #faults = [];
  requests = 0;

  /**
   * @param {BrowserContext} context - before its first page
   * @param {string} origin
   */
  constructor(context, origin) {
    context.on('console', (message) => this.#read(message));
    context.on('weberror', (error) => this.#faults.push(`${error.page()?.url()}: threw ${error.error().message}`));
    context.on('request', (request) => {
      this.requests += 1;
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) this.#faults.push(`asked for ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) this.#faults.push(`${response.url()} was answered with ${response.status()}`);
    });
  }

  /** What happened since it was asked last. */
  take() {
    return this.#faults.splice(0);
  }

  /**
   * @param {readonly RegExp[]} [but] - what a page says on purpose
   * @throws {Error} with all else that happened since
   */
  expectNothing(but = []) {
    expectNone(this.take().filter((fault) => !but.some((pattern) => pattern.test(fault))));
  }

  /** @param {ConsoleMessage} message */
  #read(message) {
    const text = message.text();
    if (!['error', 'warning', 'assert'].includes(message.type()) || browserSays.some((pattern) => pattern.test(text))) return;
    this.#faults.push(`${message.page()?.url() ?? message.location().url}: console ${message.type()}: ${text}`);
  }
}

/**
 * A context whose pages tell of every breach of the content policy as an error.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @returns {Promise<{ context: BrowserContext, watch: PageWatch }>}
 */
export async function watchedContext(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const watch = new PageWatch(context, origin);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      console.error(`content policy: ${effectiveDirective} refuses ${blockedURI} from ${sourceFile}:${lineNumber}`),
    );
  });
  return { context, watch };
}
