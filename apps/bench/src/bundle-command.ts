import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { optionLines, readOptions, type OptionTable } from './arguments.ts';
import { bundleProgram } from './bundle-program.ts';
import { repositoryRoot, resultsFolder } from './folders.ts';
import { buildFacts } from './machine.ts';
import { nodeFor } from './node-for.ts';
import { writeText } from './voice.ts';

const OPTIONS = {
  out: { type: 'string', value: 'DIR', says: 'where the folder halftone-bench and its archive are made (default: .cache/bench)' },
  'no-node': { type: 'boolean', says: 'leaves Node out: the machine has one (24 or later for jax-js)' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

const USAGE = `Packs Node, Dawn and this bench into one folder and one archive for a Linux machine with a GPU, its driver, and no network.

npm run bench -- bundle [options]

${optionLines(OPTIONS)}

There: tar xzf halftone-bench.tar.gz && halftone-bench/run.sh step --model resnet50 --json
Results are left in halftone-bench/results.
`;

const RUN = `#!/bin/sh
# Needs libvulkan.so.1 on the loader's path and a Vulkan driver's manifest (VK_DRIVER_FILES where it is in no standard folder).
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if [ -x "$here/node" ]; then exec "$here/node" "$here/bench.mjs" "$@"; fi
exec node "$here/bench.mjs" "$@"
`;

/** `bench bundle`: everything that a bare GPU machine needs, in one archive. */
export async function bundleCommand(args: readonly string[]): Promise<void> {
  const typed = readOptions('bundle', args, OPTIONS);
  if (typed.help === true) return void process.stdout.write(USAGE);
  const root = repositoryRoot();
  if (root === undefined) throw new Error('[bench] bundle needs the repository, got a bundle. Make it there and copy it.');
  const target = resolve(typed.out ?? resultsFolder());
  const folder = join(target, 'halftone-bench');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundleProgram(root, join(folder, 'bench.mjs'));
  copyDawn(folder);
  writeText(join(folder, 'build.json'), `${JSON.stringify(buildFacts())}\n`);
  writeText(join(folder, 'run.sh'), RUN);
  chmodSync(join(folder, 'run.sh'), 0o755);
  if (typed['no-node'] !== true) {
    cpSync(await nodeFor(24), join(folder, 'node'));
    spawnSync('strip', ['--strip-unneeded', join(folder, 'node')]); // a third smaller where there is a strip
  }
  const archive = `${folder}.tar.gz`;
  const { status } = spawnSync('tar', ['-C', target, '-czf', archive, 'halftone-bench'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`[bench] tar must pack ${folder}, got exit code ${status}. Pack it by hand.`);
  process.stdout.write(`${archive}\n`);
}

/** Dawn's package with its library for this platform alone. */
function copyDawn(folder: string): void {
  const from = dirname(createRequire(import.meta.url).resolve('webgpu/package.json'));
  const library = join('dist', `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`);
  const to = join(folder, 'node_modules', 'webgpu');
  mkdirSync(join(to, library), { recursive: true });
  for (const name of ['package.json', 'index.js', 'LICENSE']) if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name));
  cpSync(join(from, library), join(to, library), { recursive: true });
}
