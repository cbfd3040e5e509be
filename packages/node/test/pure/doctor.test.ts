import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cudaNeedsOf } from '../../src/doctor/cuda-libraries.ts';
import type { Check, CheckedMatmul } from '../../src/doctor/diagnosis.ts';
import { exitCodeOf } from '../../src/doctor/diagnosis.ts';
import { diagnosisTable } from '../../src/doctor/diagnosis-table.ts';
import { parseDoctorArguments } from '../../src/doctor/doctor-arguments.ts';
import type { LibraryPlaces } from '../../src/doctor/find-shared-libraries.ts';
import { findSharedLibraries, parseLoaderCache, parseMaps } from '../../src/doctor/find-shared-libraries.ts';
import type { GpuFacts } from '../../src/doctor/gpu-checks.ts';
import { gpuChecks } from '../../src/doctor/gpu-checks.ts';
import { matmulChecks } from '../../src/doctor/matmul-checks.ts';
import { parseGpus, tensorCoresOf } from '../../src/doctor/nvidia-gpus.ts';

describe('the libraries of CUDA', () => {
  const sonames = (version: string): readonly string[] => cudaNeedsOf(version).libraries.map(({ soname }) => soname);

  it('are those of 11 and cuDNN 8 for the TensorFlow of npm, those of 12 and cuDNN 9 for a new one', () => {
    expect(sonames('2.9.1')).toEqual(expect.arrayContaining(['libcuda.so.1', 'libcudart.so.11.0', 'libcublas.so.11', 'libcudnn.so.8']));
    expect(sonames('2.21.0')).toEqual(expect.arrayContaining(['libcuda.so.1', 'libcudart.so.12', 'libcublas.so.12', 'libcudnn.so.9']));
    expect(sonames('2.16.1')).toEqual(expect.arrayContaining(['libcudart.so.12', 'libcudnn.so.8']));
    expect(sonames('3.0.0')).toEqual(sonames('2.21.0'));
    expect(sonames('2.4.0')).toEqual(sonames('2.9.1'));
  });
});

describe('looking for shared libraries', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'halftone-doctor-'));
    for (const [where, soname] of [
      ['path', 'liba.so.1'],
      ['cuda', 'liba.so.1'],
      ['cuda', 'libb.so.2'],
    ] as const) {
      mkdirSync(join(folder, where), { recursive: true });
      writeFileSync(join(folder, where, soname), '');
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('tells what the loader finds from what lies aside, by exact name', () => {
    const places: LibraryPlaces = {
      searchPath: [join(folder, 'path')],
      loaderCache: parseLoaderCache(
        '2 libs found in cache\n\tlibc.so.3 (libc6,x86-64) => /lib/libc.so.3\n\tlibc.so.3 (libc6) => /lib32/libc.so.3\n',
      ),
      otherFolders: [join(folder, 'cuda')],
    };
    expect(findSharedLibraries(['liba.so.1', 'libb.so.2', 'libb.so.1', 'libc.so.3'], places)).toEqual([
      { soname: 'liba.so.1', path: join(folder, 'path', 'liba.so.1'), onLoaderPath: true },
      { soname: 'libb.so.2', path: join(folder, 'cuda', 'libb.so.2'), onLoaderPath: false },
      { soname: 'libb.so.1', path: null, onLoaderPath: false },
      { soname: 'libc.so.3', path: '/lib/libc.so.3', onLoaderPath: true },
    ]);
  });

  it('reads what a process has open', () => {
    const maps = [
      '7f1 r-xp 0 08:01 1 /opt/tf/libtensorflow_cc.so.2',
      '7f2 r--p 0 08:01 1 /opt/tf/libtensorflow_cc.so.2',
      '7f3 r-xp 0 08:01 2 /opt/tf/libtensorflow_framework.so.2 (deleted)',
      '7f4 r-xp 0 08:01 3 /lib/libc.so.6',
      '7f5 rw-p 0 00:00 0 [heap]',
    ].join('\n');
    expect(parseMaps(maps, /\/libtensorflow/)).toEqual(['/opt/tf/libtensorflow_cc.so.2', '/opt/tf/libtensorflow_framework.so.2']);
    expect(parseMaps('', /x/)).toEqual([]);
  });
});

describe('GPUs', () => {
  const a100 = parseGpus('NVIDIA A100-SXM4-80GB, 535.104.05, 81920, 8.0\n');
  const facts: GpuFacts = {
    tensorflow: { version: '2.9.1', device: 'cpu', libraries: [] },
    packageName: '@tensorflow/tfjs-node-gpu',
    version: '2.9.1',
    gpus: a100,
    cudaLibraries: [
      { soname: 'libcudart.so.11.0', path: '/usr/lib/libcudart.so.11.0', onLoaderPath: true },
      { soname: 'libcublas.so.11', path: '/usr/local/cuda-11.8/lib64/libcublas.so.11', onLoaderPath: false },
      { soname: 'libcudnn.so.8', path: null, onLoaderPath: false },
    ],
    requireGpu: false,
    allowGrowth: undefined,
  };
  const find = (checks: readonly Check[], part: string): Check | undefined => checks.find((check) => check.part === part);

  it('are read from nvidia-smi, with and without compute capability', () => {
    expect(a100).toEqual([{ name: 'NVIDIA A100-SXM4-80GB', driver: '535.104.05', memoryMib: 81_920, computeCapability: 8 }]);
    expect(parseGpus('Tesla T4, 440.33, 15109')[0]?.computeCapability).toBeNull();
    expect(parseGpus('')).toEqual([]);
    expect([6.1, 7.5, 9].map(tensorCoresOf)).toEqual([
      expect.stringContaining('no tensor cores'),
      expect.stringContaining('none for bfloat16'),
      expect.stringContaining('TF32'),
    ]);
  });

  it('names the file that is missing, and the path to set for one that lies aside', () => {
    const checks = gpuChecks(facts);
    expect(find(checks, 'CUDA missing')).toMatchObject({ status: 'missing', found: 'libcudnn.so.8' });
    expect(find(checks, 'CUDA aside')?.remedy).toBe('Run: export LD_LIBRARY_PATH=/usr/local/cuda-11.8/lib64:$LD_LIBRARY_PATH');
    expect(find(checks, 'CUDA found')).toMatchObject({ status: 'ok', found: 'libcudart.so.11.0' });
    expect(find(checks, 'device')).toMatchObject({ status: 'missing' });
    expect(find(checks, 'GPU kernels')?.remedy).toContain('CUDA_CACHE_MAXSIZE');
  });

  it('tells for which cards the driver has to compile first', () => {
    const h100 = parseGpus('NVIDIA H100 80GB HBM3, 550.54, 81559, 9.0');
    const compiles = (gpus: GpuFacts['gpus'], version: string): boolean =>
      find(gpuChecks({ ...facts, gpus, version }), 'GPU kernels') !== undefined;
    expect([compiles(a100, '2.9.1'), compiles(a100, '2.21.0'), compiles(h100, '2.21.0')]).toEqual([true, false, true]);
    expect(compiles(parseGpus('Tesla T4, 535.1, 15360, 7.5'), '2.9.1')).toBe(false);
  });

  it('names the package with CUDA inside to whoever has the other one', () => {
    expect(find(gpuChecks({ ...facts, packageName: '@tensorflow/tfjs-node' }), 'device')?.remedy).toMatch(
      /npm i @tensorflow\/tfjs-node-gpu@4\.22\.0/,
    );
  });

  it('is silent about CUDA where nobody wants a GPU', () => {
    const checks = gpuChecks({ ...facts, gpus: [], packageName: '@tensorflow/tfjs-node' });
    expect(checks.map(({ part, status }) => [part, status])).toEqual([
      ['GPU', 'note'],
      ['device', 'ok'],
    ]);
    expect(find(gpuChecks({ ...facts, gpus: [], requireGpu: true }), 'GPU')).toMatchObject({ status: 'missing' });
  });

  it('is content with a GPU that is used, and tells how not to take all of its memory', () => {
    const used = {
      ...facts,
      tensorflow: { version: '2.21.0', device: 'gpu', libraries: [] },
      version: '2.21.0',
      cudaLibraries: [],
    } as const;
    expect(gpuChecks(used).map(({ part }) => part)).toEqual(['GPU', 'device', 'GPU memory']);
    expect(gpuChecks({ ...used, allowGrowth: 'true' }).map(({ part }) => part)).toEqual(['GPU', 'device']);
  });
});

describe('products', () => {
  const row: CheckedMatmul = { precision: 'float16', size: 512, milliseconds: 2, gigaflops: 134, maxError: 4e-4, ranInFormat: true };

  it('are broken where the error is not what the format explains, NaN included', () => {
    const statuses = (maxError: number): string | undefined => matmulChecks([{ ...row, maxError }])[0]?.status;
    expect([4e-4, 0.01, Number.NaN].map(statuses)).toEqual(['ok', 'broken', 'broken']);
  });

  it('say so where they ran in float32', () => {
    expect(matmulChecks([{ ...row, ranInFormat: false }])[0]).toMatchObject({
      status: 'note',
      found: expect.stringContaining('in float32'),
    });
  });
});

describe('the command', () => {
  it('reads its arguments and refuses others', () => {
    expect(parseDoctorArguments([])).toEqual({ requireGpu: false, json: false, help: false });
    expect(parseDoctorArguments(['--require-gpu', '--json', '--size', '64'])).toEqual({
      requireGpu: true,
      json: true,
      help: false,
      size: 64,
    });
    expect(() => parseDoctorArguments(['--gpu'])).toThrow(/must be those of --help, got: Unknown option '--gpu'/);
    expect(() => parseDoctorArguments(['--size', '0'])).toThrow(/from 1 to 65536, got 0\. Write for example --size 64/);
  });

  it('gives 2 for a missing GPU that is required, before 1 for what is broken', () => {
    const tensorflow = { version: '2.9.1', device: 'cpu', libraries: [] } as const;
    expect(exitCodeOf({ ok: true, tensorflow }, {})).toBe(0);
    expect(exitCodeOf({ ok: false, tensorflow: null }, {})).toBe(1);
    expect(exitCodeOf({ ok: true, tensorflow }, { requireGpu: true })).toBe(2);
    expect(exitCodeOf({ ok: false, tensorflow: null }, { requireGpu: true })).toBe(2);
    expect(exitCodeOf({ ok: true, tensorflow: { ...tensorflow, device: 'gpu' } }, { requireGpu: true })).toBe(0);
  });

  it('prints one line a check, with what to do below it', () => {
    const table = diagnosisTable({
      checks: [
        { part: 'a', status: 'ok', found: 'here' },
        { part: 'long', status: 'missing', found: 'gone', remedy: 'Bring it.' },
      ],
    });
    expect(table).toBe(['ok       a     here', 'MISSING  long  gone', '               → Bring it.'].join('\n'));
  });
});
