import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'tsdown';

/** A TypeScript program of the tests as a file that Node runs by itself, made of the sources of our packages. */
export interface BundledProgram {
  readonly file: string;
  remove(): void;
}

/** Bundles a program; tfjs and Dawn stay outside, and are found where this package finds them. */
export async function bundledProgram(entry: string): Promise<BundledProgram> {
  const base = join(import.meta.dirname, '..', 'node_modules', '.cache');
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, 'program-'));
  await build({
    entry: { program: entry },
    outDir: folder,
    format: 'esm',
    platform: 'node',
    dts: false,
    config: false,
    clean: false,
    logLevel: 'silent',
    noExternal: [/^@halftone\//],
    external: [/^@tensorflow\//, 'webgpu'],
    inputOptions: { resolve: { conditionNames: ['@halftone/source', 'import', 'module', 'node', 'default'] } },
  });
  const file = readdirSync(folder).find((name) => /^program\.m?js$/.test(name));
  if (file === undefined || !existsSync(join(folder, file))) throw new Error(`no program in ${folder}`);
  return { file: join(folder, file), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
