import { packageNames } from '../library/package-files.ts';
import { cudaNeedsOf } from './cuda-libraries.ts';
import type { Check, Diagnosis } from './diagnosis.ts';
import type { SharedLibrary } from './find-shared-libraries.ts';
import type { NvidiaGpu } from './nvidia-gpus.ts';
import { tensorCoresOf } from './nvidia-gpus.ts';

/** What is known when GPU, driver and CUDA are judged. */
export interface GpuFacts {
  readonly tensorflow: Diagnosis['tensorflow'];
  readonly packageName: string | null;
  /** Version of TensorFlow whose libraries are looked for. */
  readonly version: string;
  readonly gpus: readonly NvidiaGpu[];
  readonly cudaLibraries: readonly SharedLibrary[];
  readonly requireGpu: boolean;
  /** From the environment, where it is set. */
  readonly allowGrowth: string | undefined;
}

/** Judges GPU, driver, device and the CUDA libraries. Pure. */
export function gpuChecks(facts: GpuFacts): readonly Check[] {
  return [...facts.gpus.flatMap((gpu) => gpuCheck(gpu, facts)), ...noGpuCheck(facts), ...deviceCheck(facts), ...libraryChecks(facts)];
}

function gpuCheck(gpu: NvidiaGpu, { version }: GpuFacts): readonly Check[] {
  const { name, driver, memoryMib, computeCapability } = gpu;
  const what = `${name}, ${memoryMib} MiB, driver ${driver}`;
  if (computeCapability === null) return [{ part: 'GPU', status: 'ok', found: what }];
  const check: Check = {
    part: 'GPU',
    status: 'ok',
    found: `${what}, compute capability ${computeCapability.toFixed(1)}: ${tensorCoresOf(computeCapability)}`,
  };
  const compiles = computeCapability > (cudaNeedsOf(version).compiledFor ?? Infinity);
  if (!compiles) return [check];
  return [
    check,
    {
      part: 'GPU kernels',
      status: 'note',
      found: `TensorFlow ${version} has no code for compute capability ${computeCapability.toFixed(1)}: the driver compiles it at the first run, for up to half an hour`,
      remedy: 'Set CUDA_CACHE_MAXSIZE=4294967296, so that it does so once, and wait.',
    },
  ];
}

function noGpuCheck({ gpus, requireGpu }: GpuFacts): readonly Check[] {
  if (gpus.length > 0) return [];
  const remedy = { remedy: "Install NVIDIA's driver; in a container pass --gpus all. nvidia-smi must list the card." };
  return [{ part: 'GPU', status: requireGpu ? 'missing' : 'note', found: 'nvidia-smi names none', ...(requireGpu ? remedy : {}) }];
}

function deviceCheck({ tensorflow, packageName, gpus, requireGpu, allowGrowth }: GpuFacts): readonly Check[] {
  if (tensorflow === null) return [];
  if (tensorflow.device === 'gpu') {
    const growth: Check = {
      part: 'GPU memory',
      status: 'note',
      found: 'TensorFlow takes nearly all of it at the start',
      remedy: 'Set TF_FORCE_GPU_ALLOW_GROWTH=true to let it grow with need.',
    };
    return [{ part: 'device', status: 'ok', found: 'TensorFlow uses the GPU' }, ...(allowGrowth === undefined ? [growth] : [])];
  }
  const wanted = requireGpu || gpus.length > 0;
  const isCpuPackage = packageName === packageNames[1];
  const install = isCpuPackage ? `Run: npm i ${packageNames[0]}@4.22.0 (the package without -gpu has no CUDA inside).` : '';
  const remedy = `${install}${install === '' ? '' : ' '}Bring the libraries that are listed as missing below.`;
  return [{ part: 'device', status: wanted ? 'missing' : 'ok', found: 'TensorFlow uses the CPU', ...(wanted ? { remedy } : {}) }];
}

function libraryChecks({ cudaLibraries, tensorflow, packageName, version, gpus, requireGpu }: GpuFacts): readonly Check[] {
  if (!requireGpu && gpus.length === 0 && packageName !== packageNames[0]) return []; // nobody wants a GPU
  const found = cudaLibraries.filter(({ onLoaderPath }) => onLoaderPath);
  const aside = cudaLibraries.filter(({ path, onLoaderPath }) => path !== null && !onLoaderPath);
  const missing = cudaLibraries.filter(({ path }) => path === null);
  const status = tensorflow?.device === 'gpu' || !(requireGpu || gpus.length > 0) ? 'note' : 'missing';
  const names = (libraries: readonly SharedLibrary[]): string => libraries.map(({ soname }) => soname).join(', ');
  const folders = [...new Set(aside.map(({ path }) => (path as string).slice(0, (path as string).lastIndexOf('/'))))];
  return [
    ...(found.length === 0 ? [] : [{ part: 'CUDA found', status: 'ok', found: names(found) } satisfies Check]),
    ...(aside.length === 0
      ? []
      : [
          {
            part: 'CUDA aside',
            status,
            found: `${names(aside)} in ${folders.join(', ')}, where the loader does not look`,
            remedy: `Run: export LD_LIBRARY_PATH=${folders.join(':')}:$LD_LIBRARY_PATH`,
          } satisfies Check,
        ]),
    ...(missing.length === 0
      ? []
      : [
          {
            part: 'CUDA missing',
            status,
            found: names(missing),
            remedy: `For a GPU, TensorFlow ${version} opens them by these names: ${cudaNeedsOf(version).words}.`,
          } satisfies Check,
        ]),
  ];
}
