import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleProgram } from '../../src/bundle-program.ts';
import type { FitResult } from '../../src/fit/fit-result.ts';
import { repositoryRoot } from '../../src/folders.ts';
import type { StepResult } from '../../src/step-result.ts';

/** The bench as one file in a folder outside of the repository, with Dawn beside it: as it runs on a bare GPU machine. */
export interface BenchProgram {
  readonly step: (args: string) => StepResult;
  readonly fit: (args: string) => FitResult;
  readonly remove: () => void;
}

/** Bundles the bench from its sources into a temporary folder. */
export async function bundledBench(): Promise<BenchProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'halftone-bench-'));
  const program = join(folder, 'bench.mjs');
  await bundleProgram(repositoryRoot() ?? '', program);
  const dawn = dirname(createRequire(import.meta.url).resolve('webgpu/package.json'));
  const to = join(folder, 'node_modules', 'webgpu');
  mkdirSync(to, { recursive: true });
  cpSync(join(dawn, 'package.json'), join(to, 'package.json'));
  cpSync(join(dawn, 'index.js'), join(to, 'index.js'));
  cpSync(join(dawn, 'dist', `${process.platform}-${process.arch}`), join(to, 'dist', `${process.platform}-${process.arch}`), {
    recursive: true,
  });
  const run = (command: string, args: string): unknown => {
    const out = join(folder, 'out.json');
    const output = execFileSync(process.execPath, [program, command, ...args.split(' '), '--json', '--out', out], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (readFileSync(out, 'utf8').trimEnd() !== output.trimEnd()) throw new Error('the file of --out must hold what stdout says');
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  };
  return {
    step: (args) => run('step', args) as StepResult,
    fit: (args) => run('fit', args) as FitResult,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
