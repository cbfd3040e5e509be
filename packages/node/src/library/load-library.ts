import type { KernelBackend } from '@tensorflow/tfjs-core';
import {
  engine,
  findBackend,
  KernelBackend as KernelBackendClass,
  ready,
  registerBackend,
  removeBackend,
  setBackend,
  version_core,
} from '@tensorflow/tfjs-core';
import { choosePackage } from './choose-package.ts';
import {
  failedLoad,
  failedStart,
  missingGpu,
  otherPackage,
  removedBackend,
  strangeBackend,
  twoCores,
  wrongVersion,
} from './load-errors.ts';
import type { NodeBackend } from './node-backend.ts';
import { isNodeBackend, missingMembers } from './node-backend.ts';
import { repairNode } from './node-repairs.ts';
import type { PackageFiles, PackageName } from './package-files.ts';
import { isSupported, requirePackage } from './package-files.ts';

export interface LibraryOptions {
  /** Which package to load; `auto` (default) takes the one that the app has loaded, else -gpu, else the other. */
  readonly package?: PackageName | 'auto';
  /** Refuse to go on where TensorFlow uses no GPU. Default false. */
  readonly requireGpu?: boolean;
}

/** TensorFlow as tfjs-node holds it. */
export interface Library {
  readonly packageName: PackageName;
  readonly backend: NodeBackend;
  /** TensorFlow's version, for instance `2.9.1`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** What was put into `node:util` for tfjs-node; empty on Node 20 and 22. */
  readonly repairs: readonly string[];
  /** Why nothing may be narrowed: this tfjs-node is built otherwise than 4.22. */
  readonly unknown?: string;
  /** Takes the repairs out again; tfjs-node stays loaded, as no process can give a native addon back. */
  release(): void;
}

/** The name under which tfjs-node registers itself. */
export const BACKEND_NAME = 'tensorflow';

type Factory = Parameters<typeof registerBackend>[1];
const PRIORITY = 3; // as tfjs-node's own
const seen = new Map<PackageName, Factory>(); // a module registers its backend once for a process

/**
 * Finds the TensorFlow that the app has loaded through tfjs-node, or loads one.
 *
 * The current backend is the same before and after. Loading takes about a second, and 0.3 to 1 GB of address space.
 *
 * @param options - see `LibraryOptions`
 * @returns what was loaded; the backend belongs to tfjs
 * @throws Error in one line that names the file or the package that is missing and the command that helps
 *
 * @example
 * // needs tensorflow
 * const library = await loadLibrary();
 * library.device; // 'cpu'
 * library.release();
 */
export async function loadLibrary(options: LibraryOptions = {}): Promise<Library> {
  const mine = last.then(() => load(options));
  last = mine.catch(() => undefined);
  return mine;
}

let last: Promise<unknown> = Promise.resolve(); // two loads at once would both think that they brought the backend

async function load({ package: wanted = 'auto', requireGpu = false }: LibraryOptions): Promise<Library> {
  const repairs = repairNode();
  const wasThere = isRegistered();
  try {
    if (!isSupported(version_core)) throw wrongVersion('@tensorflow/tfjs-core', version_core);
    if (repairs.names.length > 0) {
      console.warn(
        `[node] Node ${process.versions.node} lacks ${repairs.names.join(' and ')}, which tfjs-node calls: added until dispose().`,
      );
    }
    const { packageName, backend } = wasThere ? running(wanted) : await loadPackage(choosePackage(wanted));
    const device = backend.isUsingGpuDevice ? 'gpu' : 'cpu';
    const version = backend.binding.TF_Version;
    if (requireGpu && device === 'cpu') throw missingGpu(packageName, version);
    const missing = missingMembers(backend);
    const unknown = missing.length === 0 ? {} : { unknown: `${packageName} lacks ${missing.join(', ')}` };
    return { packageName, backend, version, device, repairs: repairs.names, ...unknown, release: repairs.undo };
  } catch (error) {
    if (!wasThere && isRegistered()) removeBackend(BACKEND_NAME); // nobody gets a backend that a failed call left behind
    repairs.undo();
    throw error;
  }
}

function isRegistered(): boolean {
  return engine().registryFactory[BACKEND_NAME] !== undefined;
}

interface Loaded {
  readonly packageName: PackageName;
  readonly backend: NodeBackend;
}

/** What the app has loaded. */
function running(wanted: PackageName | 'auto'): Loaded {
  const backend = startBackend('@tensorflow/tfjs-node');
  const packageName = backend.isGPUPackage ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  if (wanted !== 'auto' && wanted !== packageName) throw otherPackage(wanted, packageName);
  return { packageName, backend };
}

/** Runs the package and puts back what it did to the current backend. */
async function loadPackage(files: PackageFiles): Promise<Loaded> {
  const { packageName } = files;
  const before = await currentBackend();
  try {
    requirePackage(packageName);
  } catch (cause) {
    await restoreCurrent(before);
    throw failedLoad(files, cause);
  }
  const factory = seen.get(packageName) ?? engine().registryFactory[BACKEND_NAME]?.factory;
  if (factory === undefined) throw removedBackend(packageName);
  seen.set(packageName, factory);
  if (!isRegistered()) registerBackend(BACKEND_NAME, factory, PRIORITY);
  await restoreCurrent(before);
  return { packageName, backend: startBackend(packageName) };
}

function startBackend(packageName: PackageName): NodeBackend {
  const backend = findBackend(BACKEND_NAME) as KernelBackend | null | undefined;
  if (backend === null || backend === undefined) throw failedStart(packageName);
  if (!isNodeBackend(backend)) throw strangeBackend(backend);
  if (!(backend instanceof KernelBackendClass)) throw twoCores(packageName);
  return backend;
}

/** The current backend's name, once it has started: a change while it starts would cancel it. */
async function currentBackend(): Promise<string | null> {
  const { backendName, registry } = engine() as {
    backendName: string | null | undefined;
    registry: Readonly<Record<string, KernelBackend>>;
  };
  if (backendName === null || backendName === undefined) return null;
  if (registry[backendName] === undefined) await ready();
  return engine().backendName;
}

/** tfjs has no call that unsets the current backend, but removing it does so. */
async function restoreCurrent(before: string | null): Promise<void> {
  if (engine().backendName === before) return;
  if (before !== null) {
    await setBackend(before);
    return;
  }
  const entry = engine().registryFactory[BACKEND_NAME];
  if (entry === undefined) return;
  removeBackend(BACKEND_NAME);
  registerBackend(BACKEND_NAME, entry.factory, PRIORITY);
}
