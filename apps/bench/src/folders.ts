import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository that this program lies in; none for a bundle on a bare machine. */
export function repositoryRoot(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Where results are left: the cache of the repository, or beside a bundle. */
export function resultsFolder(): string {
  const root = repositoryRoot();
  return root === undefined ? join(dirname(fileURLToPath(import.meta.url)), 'results') : join(root, '.cache', 'bench');
}
