import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The two npm packages; their JavaScript is the same, their TensorFlow is not. */
export type PackageName = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/** In the order in which `auto` tries them. */
export const packageNames: readonly PackageName[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The versions whose inside we know. */
export const supportedVersions = '>=4.22 <5';

/** An installed package, by its files. */
export interface PackageFiles {
  readonly packageName: PackageName;
  readonly folder: string;
  readonly version: string;
  /** Where the package looks for its native half, whether it is there or not. */
  readonly addon: string;
  readonly addonFound: boolean;
}

interface Manifest {
  readonly version: string;
  readonly binary: { readonly napi_versions?: readonly number[] };
}

const require = createRequire(import.meta.url);

/**
 * Finds an installed package without loading it.
 *
 * Reads its package.json; runs nothing of it.
 *
 * @param resolve - how a module's file is found; default as Node does from here
 * @returns its files, or `null` where it is not installed
 */
export function findPackage(packageName: PackageName, resolve: (id: string) => string = require.resolve): PackageFiles | null {
  const file = resolveOrNull(`${packageName}/package.json`, resolve);
  if (file === null) return null;
  const folder = dirname(file);
  const { version, binary } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const addon = join(folder, 'lib', `napi-v${addonVersion(binary.napi_versions ?? [8])}`, 'tfjs_binding.node');
  return { packageName, folder, version, addon, addonFound: existsSync(addon) };
}

/** Runs the package, which registers its kernels and its backend `tensorflow` with tfjs and makes it current. */
export function requirePackage(packageName: PackageName): unknown {
  return require(packageName);
}

/** The newest of the interfaces that the package was made for and that this Node has, as node-pre-gyp chooses. */
function addonVersion(offered: readonly number[]): number {
  const known = Number(process.versions['napi']);
  return Math.max(...offered.filter((version) => version <= known));
}

/** Whether a version is one whose inside we know. Pure. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 4 && minor >= 22;
}

function resolveOrNull(id: string, resolve: (id: string) => string): string | null {
  try {
    return resolve(id);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
