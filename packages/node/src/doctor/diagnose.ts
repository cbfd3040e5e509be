import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:process';
import { engine, setBackend } from '@tensorflow/tfjs-core';
import type { HalfPrecision, Precision } from '@halftone/policy';
import { pluginFor } from '@halftone/autocast';
import { neededRepairs } from '../library/node-repairs.ts';
import type { PackageFiles } from '../library/package-files.ts';
import { findPackage, isSupported, packageNames, supportedVersions } from '../library/package-files.ts';
import type { NodeHandle } from '../register.ts';
import { registerNode } from '../register.ts';
import { cudaNeedsOf, NPM_TENSORFLOW } from './cuda-libraries.ts';
import type { Check, CheckedMatmul, DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import { findSharedLibraries, libraryPlaces, parseMaps } from './find-shared-libraries.ts';
import { gpuChecks } from './gpu-checks.ts';
import { matmulChecks } from './matmul-checks.ts';
import { timeMatmul } from './matmul-timing.ts';
import { nvidiaGpus } from './nvidia-gpus.ts';

const DEFAULT_SIZE = { cpu: 512, gpu: 4096 } as const;
const HALVES: readonly HalfPrecision[] = ['float16', 'bfloat16'];

/**
 * Looks at everything that mixed precision in Node rests on, and tries it: Node, package, native addon, TensorFlow, GPU, CUDA,
 * formats, and a product of two matrices in each format.
 *
 * Loads TensorFlow into this process, registers the plug-in and takes it out again; takes a few seconds. Never throws for what it
 * finds: that is in the result.
 *
 * @param options - see `DiagnoseOptions`
 * @returns plain JSON
 *
 * @example
 * // needs tensorflow
 * const { ok, matmuls } = await diagnose({ size: 64 });
 * ok; // true
 * matmuls.map(({ precision }) => precision); // ['float32', 'float16', 'bfloat16']
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const repairs = neededRepairs();
  const installed = packageNames.map((name) => findPackage(name)).filter((files) => files !== null);
  const gpus = await nvidiaGpus();
  const trial = await tryPlugin(options);
  const { tensorflow, packageName } = trial;
  const files =
    installed.find((one) => one.packageName === packageName) ?? installed.find(({ addonFound }) => addonFound) ?? installed[0] ?? null;
  const version = tensorflow?.version ?? NPM_TENSORFLOW;
  const sonames = platform === 'linux' ? cudaNeedsOf(version).libraries.map(({ soname }) => soname) : [];
  const cudaLibraries = findSharedLibraries(sonames, await libraryPlaces());
  const facts = {
    tensorflow,
    packageName: files?.packageName ?? null,
    version,
    gpus,
    cudaLibraries,
    requireGpu: options.requireGpu ?? false,
  };
  const checks: readonly Check[] = [
    nodeCheck(repairs),
    ...packageChecks(files),
    ...trial.checks,
    ...gpuChecks({ ...facts, allowGrowth: process.env['TF_FORCE_GPU_ALLOW_GROWTH'] }),
    ...matmulChecks(trial.matmuls),
  ];
  return {
    ok: checks.every(({ status }) => status !== 'broken'),
    checks,
    node: { version: process.versions.node, platform: `${platform} ${arch}`, repairs },
    package: files === null ? null : { name: files.packageName, version: files.version, addon: files.addon, addonFound: files.addonFound },
    tensorflow,
    gpus,
    cudaLibraries,
    formats: trial.formats,
    matmuls: trial.matmuls,
  };
}

function nodeCheck(repairs: readonly string[]): Check {
  const found = `${process.versions.node} on ${platform} ${arch}`;
  if (repairs.length === 0) return { part: 'Node', status: 'ok', found };
  return {
    part: 'Node',
    status: 'note',
    found: `${found}; lacks ${repairs.join(' and ')}, which tfjs-node calls: the plug-in adds them, stock tfjs-node fails`,
  };
}

function packageChecks(files: PackageFiles | null): readonly Check[] {
  if (files === null) return []; // the plug-in's own error says so
  const { packageName, version, addon, addonFound } = files;
  const isKnown = isSupported(version);
  return [
    {
      part: 'package',
      status: isKnown ? 'ok' : 'broken',
      found: `${packageName} ${version}`,
      ...(isKnown ? {} : { remedy: `It must be ${supportedVersions}.` }),
    },
    { part: 'native addon', status: addonFound ? 'ok' : 'broken', found: addonFound ? addon : `missing: ${addon}` },
  ];
}

interface Trial {
  readonly checks: readonly Check[];
  readonly tensorflow: Diagnosis['tensorflow'];
  readonly packageName: string | null;
  readonly formats: readonly Precision[];
  readonly matmuls: readonly CheckedMatmul[];
}

/** Loads the plug-in and uses it. */
async function tryPlugin({ size }: DiagnoseOptions): Promise<Trial> {
  const before = engine().backendName as string | null | undefined;
  let handle: NodeHandle | undefined;
  try {
    handle = await registerNode();
    await setBackend(handle.backendName);
    const { device, version, formats, packageName } = handle.capabilities;
    const side = size ?? DEFAULT_SIZE[device];
    const libraries = await openLibraries();
    const used: readonly Precision[] = ['float32', ...formats];
    const matmuls = used.map((precision) => checkedMatmul(handle as NodeHandle, precision, side));
    const found = `${version} at ${libraries.join(', ') || 'a place that this system does not tell'}`;
    const checks: readonly Check[] = [{ part: 'TensorFlow', status: 'ok', found }, ...formatChecks(handle)];
    return { checks, tensorflow: { version, device, libraries }, packageName, formats: used, matmuls };
  } catch (error) {
    const [what = '', ...remedy] = messageOf(error)
      .replace(/^\[\w+\] /, '')
      .split(/(?<=\.) (?=Run:|Call|Leave|Take|Install|Dispose)/);
    const check: Check = { part: 'plug-in', status: 'broken', found: what, ...(remedy.length > 0 ? { remedy: remedy.join(' ') } : {}) };
    return { checks: [check], tensorflow: null, packageName: null, formats: [], matmuls: [] };
  } finally {
    handle?.dispose();
    if (handle !== undefined && before !== null && before !== undefined) await setBackend(before);
  }
}

function checkedMatmul(handle: NodeHandle, precision: Precision, size: number): CheckedMatmul {
  handle.resetStatistics();
  const row = timeMatmul(precision, { size });
  const counts = Object.entries(handle.statistics().ops).filter(([op]) => op.includes('MatMul'));
  const ranInHalf = counts.some(([, { halfRuns }]) => halfRuns > 0);
  return { ...row, ranInFormat: precision === 'float32' ? !ranInHalf : ranInHalf };
}

function formatChecks({ capabilities, backendName }: NodeHandle): readonly Check[] {
  const missing = HALVES.filter((format) => !capabilities.formats.includes(format));
  const remedy = pluginFor(backendName)?.missingFormat;
  return [
    { part: 'formats', status: 'ok', found: ['float32', ...capabilities.formats].join(', ') },
    ...missing.map((format): Check => ({
      part: format,
      status: 'note',
      found: 'not to be had here',
      ...(remedy === undefined ? {} : { remedy }),
    })),
  ];
}

/** Linux alone tells which libraries a process has open. */
async function openLibraries(): Promise<readonly string[]> {
  return parseMaps(await readFile('/proc/self/maps', 'utf8').catch(() => ''), /\/libtensorflow/);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
