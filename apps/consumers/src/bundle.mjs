import { build } from 'esbuild';

/**
 * Bundles a module and all that it imports from the built packages, as a user's bundler does.
 *
 * @param {'browser' | 'node'} platform - for Node, `webgpu` (Dawn) stays outside: it has a library beside it
 * @param {string} entry
 * @returns {Promise<string>} the text of one ES module
 */
export async function bundleFor(platform, entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform,
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: platform === 'node' ? ['webgpu'] : [],
    banner:
      platform === 'node'
        ? { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" }
        : {},
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
