import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { publicPackages, root } from './public-packages.mjs';

/**
 * What an import costs a page: bundled for a browser from the built packages, minified, compressed by brotli. What others publish is left out.
 *
 * @param {string} folder - the package's name under packages/
 * @param {string} names - what is imported, with commas
 * @returns {Promise<number>} bytes
 */
export async function bundleSize(folder, names) {
  const packages = await publicPackages();
  const alias = Object.fromEntries(
    packages
      .filter((one) => one.manifest['exports']['.'])
      .map((one) => [one.manifest['name'], join(one.path, one.manifest['exports']['.'].default)]),
  );
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from '@halftone/${folder}';`, resolveDir: root },
    alias,
    external: ['@tensorflow/*', 'webgpu', 'node:*'],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return brotliCompressSync(outputFiles[0]?.contents ?? new Uint8Array()).length;
}
