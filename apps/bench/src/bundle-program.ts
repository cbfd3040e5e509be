import { join } from 'node:path';

/** What CommonJS code inside an ES module expects to find. */
const BANNER = [
  "import { createRequire as makeRequire } from 'node:module';",
  "import { fileURLToPath as pathOf } from 'node:url';",
  "import { dirname as folderOf } from 'node:path';",
  'const require = makeRequire(import.meta.url);',
  'const __filename = pathOf(import.meta.url);',
  'const __dirname = folderOf(__filename);',
].join(' ');

/**
 * Bundles the whole bench into one file, from the sources, with everything but Dawn, which has a library beside it.
 *
 * @param root - of the repository
 * @param outfile - an .mjs file
 */
export async function bundleProgram(root: string, outfile: string): Promise<void> {
  const { build } = await import('esbuild'); // a bundle must start without it
  await build({
    entryPoints: [join(root, 'apps/bench/src/cli.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@halftone/source'],
    mainFields: ['module', 'main'], // one copy of tfjs-core
    external: ['webgpu', 'esbuild', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
    banner: { js: BANNER },
    logLevel: 'error',
  });
}
