import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/format/checkpoint-file.ts';
import type { BundledProgram } from '../bundled-program.ts';
import { bundledProgram } from '../bundled-program.ts';

let program: BundledProgram;
const root = mkdtempSync(join(tmpdir(), 'halftone-kill-'));
beforeAll(async () => {
  program = await bundledProgram(join(import.meta.dirname, '..', 'checkpoint-child.ts'));
});
afterAll(() => {
  program.remove();
  rmSync(root, { recursive: true, force: true });
});

interface Ended {
  readonly lines: readonly string[];
  readonly signal: NodeJS.Signals | null;
}

/** Runs the child; `onLine` may kill it. */
function run(args: readonly string[], onLine: (line: string, child: ChildProcess) => void = () => undefined): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program.file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    let rest = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const found = (rest + text).split('\n');
      rest = found.pop() ?? '';
      for (const line of found) {
        lines.push(line);
        onLine(line, child);
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('close', (code, signal) =>
      code === 0 || signal !== null ? resolve({ lines, signal }) : reject(new Error(`${lines.join('\n')}\n${errors}`)),
    );
  });
}

const endOf = ({ lines }: Ended): string => lines.find((line) => line.startsWith('end ')) ?? 'no end';
const stepIn = async (folder: string): Promise<number> => {
  const { manifest } = await readCheckpoint(new Uint8Array(await readFile(join(folder, 'checkpoint.safetensors'))), undefined);
  return (manifest.metadata as { readonly step: number }).step;
};

describe.each(['emulate', 'webgpu'])('on %s', (backend) => {
  let whole: string;

  it('a run killed at step 100 and restored ends at step 200 with the bits of one that never stopped', async () => {
    const ended = await run([backend, join(root, `${backend} whole`), '200', '1000']);
    whole = endOf(ended);
    expect(JSON.parse(whole.slice(4)).scale.skipped, 'the run skips steps').toBeGreaterThan(3);
    const folder = join(root, `${backend} killed`);
    const killed = await run([backend, folder, '200', '100'], (line, child) => {
      if (line === 'saved 100') child.kill('SIGKILL');
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(await stepIn(folder)).toBe(100);
    const resumed = await run([backend, folder, '200', '1000']);
    expect(resumed.lines[0]).toBe('from 100');
    expect(endOf(resumed)).toBe(whole);
  }, 100_000);
});

it('a run killed again and again while it saves always finds a whole checkpoint, and ends with the same bits', async () => {
  const folder = join(root, 'again');
  const whole = endOf(await run(['emulate', join(root, 'again whole'), '60', '1000']));
  let saved = 0;
  let kills = 0;
  let duringSave = 0;
  let ended: Ended | null = null;
  for (let round = 0; round < 12 && ended === null; round++) {
    let timer: NodeJS.Timeout | undefined;
    let saving = 0;
    let done = 0;
    const result = await run(['emulate', folder, '60', '1'], (line, child) => {
      const [word, number] = line.split(' ');
      if (word === 'saving') saving = Number(number);
      if (word === 'saved') done = saved = Number(number);
      // some time after a save has begun: before, during and after the rename
      if (word === 'saving' && saving % 5 === 4) timer = setTimeout(() => child.kill('SIGKILL'), (round * 7) % 25);
    });
    clearTimeout(timer);
    if (result.signal === null) {
      ended = result;
      break;
    }
    kills += 1;
    if (saving > done) duringSave += 1;
    const step = await stepIn(folder);
    expect(step, 'the old one or the new one').toBeGreaterThanOrEqual(saved);
    expect(step).toBeLessThanOrEqual(Math.max(saving, saved));
    saved = step;
    cpSync(folder, join(root, `again ${round}`), { recursive: true });
  }
  expect(kills).toBeGreaterThan(3);
  expect(duringSave).toBeGreaterThan(0);
  ended ??= await run(['emulate', folder, '60', '1']);
  expect(endOf(ended)).toBe(whole);
}, 100_000);
