import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What goes into a bundle besides the specs. */
export interface BundleOptions {
  /** Folder of this package. */
  readonly root: string;
  /** Path of the set-up module, which exports `setup(tf)`. */
  readonly setupFile: string;
  /** File to write. */
  readonly outfile: string;
  /** Names that the set-up module reads as globals. */
  readonly define: Readonly<Record<string, string>>;
  /**
   * Where tfjs-core comes from: into the bundle, or at run time from the folder of `outfile`.
   *
   * tfjs-node requires tfjs-core's CommonJS build and derives ES5 classes from it, which a bundled ES2017 class refuses. So
   * its specs take tfjs-core's root from there too. What they import from inside tfjs-core is bundled nevertheless; the
   * engine, its environment and its registries are one, because tfjs-core keeps them on the global object.
   */
  readonly core: 'bundled' | 'required';
}

/**
 * Bundles tfjs-core's published specs with a set-up module, so that both share one copy of tfjs-core.
 *
 * Every `@tensorflow/…` import is found from this package, whoever imports it, and every `@halftone/…` import is found in
 * the neighbouring folder, in its sources. Annotations of side effects are ignored, as spec files are nothing but side
 * effects. Takes about 2 seconds and writes about 10 MB.
 */
export async function bundleSpecs({ root, setupFile, outfile, define, core }: BundleOptions): Promise<void> {
  await build({
    stdin: { resolveDir: root, sourcefile: 'conformance-entry.mjs', contents: entry(setupFile, core) },
    bundle: true,
    ignoreAnnotations: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outfile,
    logLevel: 'error',
    mainFields: ['module', 'main'],
    conditions: ['@halftone/source', 'import'],
    external: ['webgpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
    define,
    plugins: [...(core === 'required' ? [requiredCore] : []), oneCopy(root)],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url); const __dirname = import.meta.dirname ?? '.';",
    },
  });
}

/** The folder with the wasm backend's binaries, with a slash at its end. */
export function wasmFolder(root: string): string {
  return `${dirname(createRequire(join(root, 'package.json')).resolve('@tensorflow/tfjs-backend-wasm'))}/`;
}

function oneCopy(root: string): Plugin {
  const require = createRequire(join(root, 'package.json'));
  return {
    name: 'one-copy',
    setup(builder) {
      builder.onResolve({ filter: /^@tensorflow\/tfjs-(core|backend-[a-z]+)$/ }, ({ path, pluginData, kind }) =>
        pluginData === oneCopy ? null : builder.resolve(path, { resolveDir: root, kind, pluginData: oneCopy }),
      );
      builder.onResolve({ filter: /^@halftone\/[a-z0-9-]+$/ }, ({ path }) => ({
        path: join(root, '..', path.split('/')[1] as string, 'src', 'index.ts'),
      }));
      builder.onResolve({ filter: /^jasmine-core\// }, ({ path }) => ({
        path: require.resolve(path, { paths: [require.resolve('jasmine/package.json')] }),
      }));
    },
  };
}

/** Leaves tfjs-core's root outside of the bundle, also where its own specs import it by a relative path. */
const requiredCore: Plugin = {
  name: 'required-core',
  setup(builder) {
    const external = { path: '@tensorflow/tfjs-core', external: true };
    builder.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => external);
    builder.onResolve({ filter: /^[./]+\/index$/ }, ({ path, resolveDir }) =>
      /tfjs-core[\\/]dist$/.test(dirname(join(resolveDir, path))) ? external : null,
    );
  },
};

/** tfjs-node registers gradients and chained operations itself; elsewhere the bundle does. */
function entry(setupFile: string, core: BundleOptions['core']): string {
  const registering = `
    import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
    import '@tensorflow/tfjs-core/dist/register_all_gradients';`;
  return `${core === 'bundled' ? registering : ''}
    import * as tf from '@tensorflow/tfjs-core';
    import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
    import { setup } from ${JSON.stringify(setupFile)};
    export { tf, setTestEnvs, setup };
    export const load = () => import('@tensorflow/tfjs-core/dist/tests');`;
}
