import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { contentPolicy, headersFile } from '../../docs/server/headers.mjs';
import { serveSite } from '../../docs/server/serve-site.mjs';
import { bundleOptions } from './bundle-options.mjs';

/** @import { BuildOptions, Metafile } from 'esbuild' */

/**
 * What is served.
 * @typedef {object} Bundle
 * @property {Pick<BuildOptions, 'absWorkingDir' | 'entryPoints' | 'stdin'>} programs - `stdin` becomes `stdin.js`, an entry point `NAME.js`
 * @property {Readonly<Record<string, string>>} files - pages and styles by name; in a page `<!-- styles -->` becomes links to all styles
 * @property {number} port - 0 for any
 */

/**
 * Bundles programs and serves them on localhost with pages around them, by the site's own server and headers.
 *
 * @param {Bundle} bundle
 * @returns {Promise<{ readonly origin: string, readonly metafile: Metafile, close(): Promise<void> }>} `close` takes the files away too, as Ctrl+C does
 */
export async function serveBundle({ programs, files, port }) {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-page-'));
  const takeAway = () => rmSync(folder, { recursive: true, force: true });
  const interrupted = () => {
    takeAway();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const { outputFiles, metafile } = await build({ ...bundleOptions, ...programs, outdir: folder, logLevel: 'warning' });
  for (const { path, text, contents } of outputFiles)
    await writeFile(path, path.endsWith('.js') ? await withOwnAddresses(text, folder) : contents);
  const styles = [...outputFiles.map(({ path }) => basename(path)), ...Object.keys(files)].filter((name) => name.endsWith('.css'));
  const links = styles.map((name) => `<link rel="stylesheet" href="/${name}">`).join('');
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text.replace('<!-- styles -->', links));
  await writeFile(join(folder, '404.html'), '<!doctype html><title>nothing here</title>');
  await writeFile(join(folder, '_headers'), headersFile(contentPolicy({ scripts: [], styles: [] })));
  const { origin, close } = await serveSite({ folder, port });
  return {
    origin,
    metafile,
    close: async () => {
      process.off('SIGINT', interrupted);
      await close();
      takeAway();
    },
  };
}

/**
 * Does what the site's bundler does with `new URL('…', import.meta.url)`: a worker's program is JavaScript, a package's file lies beside its reader.
 *
 * @param {string} text
 * @param {string} folder
 */
async function withOwnAddresses(text, folder) {
  const resolve = createRequire(import.meta.url).resolve;
  for (const [, file = ''] of text.matchAll(/new URL\("(@[^"]+)",\s*import\.meta\.url\)/g))
    await copyFile(resolve(file), join(folder, basename(file)));
  return text
    .replaceAll(/new URL\("@[^"]+?([^"/]+)",(\s*)import\.meta\.url\)/g, 'new URL("./$1",$2import.meta.url)')
    .replaceAll(/new URL\("(\.\/[\w-]+)\.ts",(\s*)import\.meta\.url\)/g, 'new URL("$1.js",$2import.meta.url)');
}
