import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../setup/src/folders.mjs';
import { runTool } from './run-tool.mjs';

const sources = join(import.meta.dirname, '..', 'cases');
const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * Puts programs into a user's folder: as TypeScript, for the type check and for bundlers, and as JavaScript beside it.
 *
 * @param {string} folder
 * @param {readonly string[]} programs
 */
export async function placePrograms(folder, programs) {
  const place = join(folder, 'cases');
  await rm(place, { recursive: true, force: true });
  for (const name of ['ensure.ts', ...programs]) await cp(join(sources, name), join(place, name), { recursive: true });
  const entries = (await readdir(place, { recursive: true })).filter((file) => /\.c?ts$/.test(file));
  const modules = entries.filter((file) => file.endsWith('.mts') || file.endsWith('.ts'));
  await transpile(place, modules, 'esm');
  await transpile(
    place,
    entries.filter((file) => file.endsWith('.cts')),
    'cjs',
  );
}

/**
 * @param {string} place
 * @param {readonly string[]} files
 * @param {'esm' | 'cjs'} format
 */
async function transpile(place, files, format) {
  if (files.length === 0) return;
  const options = {
    outdir: place,
    outbase: place,
    format,
    platform: /** @type {const} */ ('node'),
    logLevel: /** @type {const} */ ('silent'),
  };
  const outExtension = { '.js': format === 'cjs' ? '.cjs' : '.js' };
  /** @type {import('esbuild').Plugin} */
  const runnable = {
    name: 'imports by the names of what is run',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
        kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
      ),
  };
  const external = { bundle: true, packages: /** @type {const} */ ('external'), plugins: [runnable], absWorkingDir: place, outExtension };
  await build({ ...options, ...external, entryPoints: files.map((file) => `./${file}`) });
}

/**
 * Type-checks the programs of a folder against what is installed there, as a user's compiler would.
 *
 * @param {string} folder
 * @param {'nodenext' | 'bundler'} resolution
 */
export async function checkTypes(folder, resolution) {
  const config = `tsconfig.${resolution}.json`;
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'DOM'],
    module: resolution === 'nodenext' ? 'NodeNext' : 'ESNext',
    moduleResolution: resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true, // the declarations of tfjs-core itself fail without it
    typeRoots: [join(root, 'node_modules', '@types')],
    types: ['node'],
  };
  const include = resolution === 'nodenext' ? ['cases'] : ['cases/**/*.ts']; // bundlers know no import = require()
  await writeFile(join(folder, config), JSON.stringify({ compilerOptions, include }, null, 2));
  await runTool(process.execPath, [typescript, '-p', config], { cwd: folder });
}
