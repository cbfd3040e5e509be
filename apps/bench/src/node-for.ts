import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './folders.ts';

/**
 * Finds a Node of at least a major version: this one, or else the one that set-up fetches from the npm registry at a pinned hash.
 *
 * @returns the path of its program
 * @throws Error where there is none
 */
export async function nodeFor(major: number, current: string = process.versions.node): Promise<string> {
  if (Number(current.split('.')[0]) >= major) return process.execPath;
  const root = repositoryRoot();
  const problem = `[bench] this contestant needs Node ${major}, got ${current}. Run the bench by a Node ${major}.`;
  if (root === undefined) throw new Error(problem);
  const { code, output } = await prepared(join(root, 'apps/setup/src/prepare.mjs'));
  const found = code === 0 ? (JSON.parse(output) as { HALFTONE_NODE_24?: string }).HALFTONE_NODE_24 : undefined;
  if (found === undefined) throw new Error(problem);
  return found;
}

function prepared(script: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [script, 'node-24'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
