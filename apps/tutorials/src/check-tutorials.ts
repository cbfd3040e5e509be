import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { requireOrSkip, type Need } from '@halftone/testing';
import type { OutcomeJson } from './outcome-json.ts';
import { programNames } from './program-names.ts';

// Every tutorial's page against its program, then the program, short, on real data, each in a process of its own, for CI: a line a claim, then `N passed, N failed, N skipped`.

const CLI = fileURLToPath(new URL('./cli.mjs', import.meta.url)); // beside the built file
const PLUGIN: Readonly<Record<string, 'node'>> = { cuda: 'node' }; // all others run on WebGPU
const LIMIT_MS = 180_000; // of one program: it takes under half a minute on a quiet machine
const KEPT = 3000; // characters of what a program said last

const tally = { passed: 0, failed: 0, skipped: 0 };
checkPages();
for (const name of programNames()) await check(name);
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed === 0 ? 0 : 1);

/** Whether the pages show these programs, and the findings that were committed. */
function checkPages(): void {
  const { status, stdout } = spawnSync(process.execPath, [CLI, '--check-pages'], { encoding: 'utf8' });
  count(status === 0 ? 'passed' : 'failed', `the pages show the programs and findings of this commit ${stdout.trim()}`.trim());
}

async function check(name: string): Promise<void> {
  const plugin = PLUGIN[name] ?? 'webgpu';
  const missing = await missingNeed(plugin === 'node' ? 'tensorflow' : 'vulkan');
  if (missing !== null) return count('skipped', `${name} (${missing})`);
  try {
    const { claims, seconds, source } = await runShort(name, plugin);
    console.log(`${name}: ${seconds} s, ${source || 'no data'}`);
    if (claims.length === 0) count('failed', `${name} promises nothing`);
    for (const { what, holds, found } of claims) count(holds ? 'passed' : 'failed', `${name}: ${what} (${found})`);
  } catch (error) {
    count('failed', `${name} does not run to its end: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is missing, in words; a required need that is missing ends the check as a failure. */
async function missingNeed(carrier: Need): Promise<string | null> {
  for (const need of ['shared', carrier] as const) {
    const { available, reason } = await requireOrSkip(need);
    if (!available) return reason;
  }
  return null;
}

function count(ending: keyof typeof tally, line: string): void {
  tally[ending] += 1;
  console.log(`${ending === 'failed' ? 'FAILED' : ending}: ${line}`);
}

function runShort(name: string, plugin: string): Promise<OutcomeJson> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, name, '--length', 'short', '--plugin', plugin, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let [answer, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-KEPT)));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const last = answer.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last) as OutcomeJson);
      else reject(new Error(`it ended with ${signal ?? code} and said last:\n${said}`));
    });
  });
}
