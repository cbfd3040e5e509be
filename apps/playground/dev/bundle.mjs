import { build } from 'esbuild';
import { join } from 'node:path';

/** Programs of the page by the path that the server gives them; the worker keeps the name that the page asks for. */
const ENTRIES = { 'app/index': 'dev/page.ts', 'app/worker': 'src/worker.ts' };

/**
 * Bundles the page and the worker from sources.
 *
 * @returns {Promise<Readonly<Record<string, { readonly type: string, readonly body: Uint8Array }>>>} files by path
 */
export async function bundlePage() {
  const folder = join(import.meta.dirname, '..');
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ENTRIES,
    outdir: join(folder, 'dist', 'dev'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    mainFields: ['module', 'main'],
    conditions: ['@halftone/source'],
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  });
  const root = join(folder, 'dist', 'dev');
  return Object.fromEntries(
    outputFiles.map(({ path, contents }) => {
      const name = path.slice(root.length).replace(/worker\.js$/, 'worker.ts');
      return [name, { type: path.endsWith('.css') ? 'text/css' : 'text/javascript', body: contents }];
    }),
  );
}
