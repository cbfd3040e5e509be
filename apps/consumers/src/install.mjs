import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStamp, writeStamp } from '../../setup/src/stamp.mjs';
import { toolEnvironment } from '../../setup/src/tool-environment.mjs';
import { stockVersions } from './projects.mjs';
import { runTool } from './run-tool.mjs';

/** @import { Tarball } from './tarballs.mjs' */
/** @import { Installer, Project } from './projects.mjs' */

const commands = {
  npm: ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--no-package-lock'],
  pnpm: ['install', '--prefer-offline', '--ignore-workspace', '--ignore-scripts', '--no-lockfile', '--reporter=append-only'],
};

/**
 * Installs packages from tarballs into an empty folder, beside stock tfjs. Our packages ask each other for versions that no registry has yet, so
 * both installers are told by overrides to take the tarballs; what is asked for is `ours` and `stock` alone.
 *
 * A folder that was installed from the same bytes is kept.
 *
 * @param {string} folder
 * @param {Pick<Project, 'ours' | 'stock'>} project
 * @param {{ readonly installer: Installer, readonly tarballs: readonly Tarball[] }} how
 */
export async function install(folder, { ours, stock }, { installer, tarballs }) {
  const files = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  const fileOf = /** @param {string} name */ (name) => {
    const file = files[name];
    if (file === undefined) throw new Error(`[consumers] no tarball of ${name}.`);
    return file;
  };
  const dependencies = {
    ...Object.fromEntries(ours.map((name) => [name, fileOf(name)])),
    ...Object.fromEntries(stock.map((name) => [name, stockVersions(name)])),
  };
  const others = Object.fromEntries(Object.entries(files).filter(([name]) => !ours.includes(name)));
  const overrides = installer === 'npm' ? { overrides: others } : { pnpm: { overrides: files } };
  const manifest = JSON.stringify({ name: 'a-user', private: true, type: 'module', dependencies, ...overrides }, null, 2);
  const stamp = `${folder}.stamp`;
  const wanted = createHash('sha256')
    .update(manifest + commands[installer].join() + tarballs.map(({ hash }) => hash).join())
    .digest('hex');
  if ((await readStamp(stamp)) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), manifest);
  await runTool(installer, commands[installer], { cwd: folder, env: toolEnvironment(), limitSeconds: 400 });
  await writeStamp(stamp, wanted);
}
