import { bundleFor } from './bundle.mjs';
import { withPage } from './chromium.mjs';

/**
 * Bundles a program for browsers and runs it in one.
 *
 * @param {string} entry - a module; it logs a note at its end or throws
 * @param {Readonly<Record<string, string | undefined>>} env - HALFTONE_BROWSER names the program of the browser
 * @returns {Promise<string>} the last line that it logged
 * @throws {Error} what the page threw
 */
export async function runPage(entry, env) {
  const program = await bundleFor('browser', entry);
  const html = `<!doctype html><title>a user's page</title><link rel="icon" href="data:,"><script type="module">
    import('/program.js').then(() => (document.title = 'done'), (error) => (document.title = 'failed ' + (error.stack ?? error)));
  </script>`;
  const files = { '/': { type: 'text/html', body: html }, '/program.js': { type: 'text/javascript', body: program } };
  return withPage({ browser: env['HALFTONE_BROWSER'] ?? '', files }, async (page, url) => {
    /** @type {string[]} */
    const lines = [];
    page.on('console', (message) => lines.push(message.text()));
    await page.goto(url);
    await page.waitForFunction('/^(done|failed)/.test(document.title)', undefined, { timeout: 120_000 });
    const title = await page.title();
    if (title !== 'done') throw new Error([...lines, title].join('\n'));
    return lines.at(-1) ?? '';
  });
}
