import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../conformance.mjs', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
const stockCpu = ['--stock', '--plugin', 'emulate', '--base', 'cpu'];

describe('the conformance command', () => {
  it('runs the chosen specs of tfjs-core and closes with the counts', () => {
    const { status, stdout } = run(...stockCpu, '--filter', 'expm1 ');
    expect(stdout).toMatch(/^\d+ passed, 0 failed, 0 skipped\n$/);
    expect(Number(stdout.split(' ')[0])).toBeGreaterThan(5);
    expect(status).toBe(0);
  });

  it('gives one JSON object on its last line', () => {
    const { status, stdout } = run(...stockCpu, '--filter', 'expm1 ', '--json', '--quarter', '2', '--shards', '1');
    expect(JSON.parse(stdout)).toMatchObject({ plugin: 'emulate', stock: true, quarter: 2, backend: 'cpu', failed: 0, newFailures: {} });
    expect(status).toBe(0);
  });

  it('fails when no spec ran', () => {
    const { status, stderr } = run(...stockCpu, '--filter', 'no such spec');
    expect(stderr).toContain('[testing] one spec or more must pass, got none.');
    expect(status).toBe(1);
  });

  it('names what is wrong with its arguments, with code 2', () => {
    const { status, stderr, stdout } = run('--mode', 'half');
    expect(stderr).toContain('[testing] mode must be one of float32, f16, packed-f16, bfloat16, got half.');
    expect([status, stdout]).toEqual([2, '']);
  });
});
