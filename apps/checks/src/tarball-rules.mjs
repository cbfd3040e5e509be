/**
 * What is wrong with a packed package, judged by its file list and manifest.
 *
 * @param {readonly string[]} files - paths inside the package
 * @param {Readonly<Record<string, any>>} manifest - as packed
 * @returns {string[]} one line a fault
 */
export function tarballProblems(files, manifest) {
  const problems = [];
  for (const needed of ['package.json', 'README.md', 'LICENSE']) if (!files.includes(needed)) problems.push(`${needed} is not packed`);
  for (const file of files)
    if (/\.test(-d)?\.ts$|(^|\/)(test|bench|evidence|node_modules)\//.test(file)) problems.push(`${file} is packed and should not be`);
  for (const kind of ['dependencies', 'peerDependencies']) {
    for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
      if (/^(workspace|catalog|link|file):/.test(String(range))) problems.push(`${kind}.${name} is still "${range}"`);
    }
  }
  for (const [entry, target] of Object.entries(manifest['exports'] ?? {})) {
    for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
      if (!files.includes(String(path).slice(2))) problems.push(`exports["${entry}"] points to ${path}, which is not packed`);
    }
  }
  for (const [command, path] of Object.entries(manifest['bin'] ?? {})) {
    if (!files.includes(String(path).replace(/^\.\//, ''))) problems.push(`bin["${command}"] points to ${path}, which is not packed`);
  }
  return problems;
}
