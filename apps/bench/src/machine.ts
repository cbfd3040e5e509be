import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from './folders.ts';

/** Where and with what a result was made. */
export interface Machine {
  readonly date: string;
  readonly device: string;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Packages that take part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of this repository; `-dirty` where files were changed. */
  readonly commit: string;
}

/** What a bundle is told when it is made, since it has no repository to ask. */
export interface BuildFacts {
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-node', '@jax-js/jax', 'webgpu'] as const;

/** Describes this machine, the commit and the versions. Asks git once. */
export function describeMachine(device: string, node: string): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    device,
    cpu: `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node,
    ...buildFacts(),
  };
}

/** Commit and versions: from the repository, or from the file that `bench bundle` wrote. */
export function buildFacts(): BuildFacts {
  const written = join(dirname(fileURLToPath(import.meta.url)), 'build.json');
  if (existsSync(written)) return JSON.parse(readFileSync(written, 'utf8')) as BuildFacts;
  return { commit: commit(), versions: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])) };
}

function commit(): string {
  const root = repositoryRoot();
  if (root === undefined) return 'unknown';
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const isDirty = git('status', '--porcelain', '--untracked-files=no', '--', 'packages', 'apps/bench/src') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${isDirty ? '-dirty' : ''}`;
  } catch {
    return 'unknown'; // an archive without its history
  }
}

function versionOf(name: string): string {
  const entry = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.find((folder) => existsSync(join(folder, name, 'package.json')));
  if (entry === undefined) return 'unknown';
  return (JSON.parse(readFileSync(join(entry, name, 'package.json'), 'utf8')) as { version: string }).version;
}
