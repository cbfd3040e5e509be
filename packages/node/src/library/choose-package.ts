import { missingAddon, missingPackage, wrongVersion } from './load-errors.ts';
import type { PackageFiles, PackageName } from './package-files.ts';
import { findPackage, isSupported, packageNames } from './package-files.ts';

/**
 * Chooses which installed package to load: the wanted one, or -gpu before the other, and one with a native addon before one without.
 *
 * Reads package.json files; loads nothing.
 *
 * @param find - how a package is found; default as Node does from here
 * @returns a package that is whole and of a version that we know
 * @throws Error that names what is missing and the command that brings it
 */
export function choosePackage(wanted: PackageName | 'auto', find: (name: PackageName) => PackageFiles | null = findPackage): PackageFiles {
  const candidates = wanted === 'auto' ? packageNames : [wanted];
  const installed = candidates.map((name) => find(name)).filter((files) => files !== null);
  const files = installed.find(({ addonFound }) => addonFound) ?? installed[0];
  if (files === undefined) throw missingPackage(wanted);
  if (!isSupported(files.version)) throw wrongVersion(files.packageName, files.version);
  if (!files.addonFound) throw missingAddon(files);
  return files;
}
