import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import type { Library } from '../../src/library/load-library.ts';
import { loadLibrary } from '../../src/library/load-library.ts';
import { cpuMathsOf } from '../../src/table/cpu-maths.ts';

const packageFolder = join(import.meta.dirname, '../..');
const tensorflow = await requireOrSkip('tensorflow');
let library: Library;

/** The file that this process has loaded under a name. */
function loaded(name: string): string {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  const found = maps
    .split('\n')
    .map((line) => line.slice(line.indexOf('/')))
    .find((file) => file.endsWith(name));
  if (found === undefined) throw new Error(`no ${name} is loaded`);
  return found;
}

function nodeTables(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const folder = dirname(loaded('libtensorflow_framework.so.2'));
  const command = [join(packageFolder, 'tables/node-tables.mjs'), '--check', '--library', folder, ...args];
  return spawnSync(process.execPath, command, { encoding: 'utf8' });
}

beforeAll(async () => {
  library = await loadLibrary();
});
afterAll(() => library.release());

describe.skipIf(!tensorflow.available)('the tables', () => {
  it('say what the library at hand says of itself, and promise no more than its kernels hold', () => {
    const { status, stdout, stderr } = nodeTables('--addon', loaded('tfjs_binding.node'));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^TensorFlow \S+, measured: the tables say the same\.\n$/);
    expect(status).toBe(0);
  }, 300_000); // every op twice, in every value: 15 s alone, longer beside other tests

  it('are checked: a row that differs is named', () => {
    const tables = mkdtempSync(join(tmpdir(), 'tables-'));
    try {
      cpSync(join(packageFolder, 'src/table'), tables, { recursive: true });
      const file = join(tables, 'signatures/products.ts');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replace(/(  MatMul: .*)'HB'/, "$1'H'"));
      const { status, stdout } = nodeTables('--tables', tables);
      expect(stdout).toMatch(/^signature of MatMul: the tables have .*"H".*, the library .*"HB".*\n.*: 1 row differs\.\n$/);
      expect(status).toBe(1);
    } finally {
      rmSync(tables, { recursive: true, force: true });
    }
  });

  it('refuse a line that is not the library’s', () => {
    expect(nodeTables('--line', '2.9')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/--line 2\.9 is not the library's, got TensorFlow/),
    });
  });
});

describe.skipIf(!tensorflow.available)('cpuMathsOf', () => {
  it('sees whose kernels compute bfloat16, and leaves no handle', () => {
    const { binding } = library.backend;
    const before = binding.getNumOfTensors();
    const hasAvx512 = readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f');
    expect(cpuMathsOf(binding)).toBe(hasAvx512 && process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0' ? 'onednn' : 'eigen');
    expect(binding.getNumOfTensors()).toBe(before);
  });

  it('says eigen where the library refuses', () => {
    const refusing = new Proxy(library.backend.binding, {
      get: (native, name) => (name === 'executeOp' ? () => [] : Reflect.get(native, name)),
    });
    expect(cpuMathsOf(refusing)).toBe('eigen');
  });
});
