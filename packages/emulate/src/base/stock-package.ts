import type { KernelConfig } from '@tensorflow/tfjs-core';
import { engine, getKernelsForBackend, registerBackend, registerKernel, removeBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import type { BaseName } from '../options.ts';

/** tfjs's package of a base. Importing it registers a backend, so it is imported here and nowhere else. */
export type StockModule<Name extends BaseName> = Name extends 'wasm'
  ? typeof import('@tensorflow/tfjs-backend-wasm')
  : typeof import('@tensorflow/tfjs-backend-cpu');

/** A claim on a stock backend's registration. */
export interface StockLease<Name extends BaseName> {
  readonly module: StockModule<Name>;
  /** Gives the claim back; the last one takes out what was not there before us. */
  release(): void;
}

interface Registration {
  readonly factory: Parameters<typeof registerBackend>[1];
  readonly priority: number;
  readonly kernels: readonly KernelConfig[];
}

interface Holding {
  users: number;
  /** Whether the registration is ours to take out again. */
  readonly added: boolean;
}

// An ES module registers itself once for a process: what it registered is kept here, to be put back when it is needed again.
const seen = new Map<BaseName, Registration>();
const held = new Map<BaseName, Holding>();

const LOADERS = {
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
} as const;

/**
 * Makes sure that a stock backend is registered while the lease lasts, and leaves the registry as it was afterwards.
 * One call at a time: two would both think that they added it.
 *
 * @throws Error if its package is not installed
 */
export async function leaseStock<Name extends BaseName>(name: Name): Promise<StockLease<Name>> {
  const wasThere = isRegistered(name);
  const module = unwrapDefault(await importPackage(name, LOADERS[name] as unknown as () => Promise<StockModule<Name>>));
  if (!isRegistered(name)) restore(name);
  if (!seen.has(name)) seen.set(name, registrationOf(name));
  const holding = held.get(name) ?? { users: 0, added: !wasThere };
  held.set(name, holding);
  holding.users++;
  let released = false;
  return {
    module,
    release: () => {
      if (released) return;
      released = true;
      if (--holding.users > 0) return;
      held.delete(name);
      if (holding.added && isRegistered(name) && engine().backendName !== name) takeOut(name); // the current backend is the user's by now
    },
  };
}

/** Imports an optional peer, or says which package to install. */
export async function importPackage<T>(name: BaseName, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const other = name === 'wasm' ? 'cpu' : 'wasm';
    throw new Error(
      `[emulate] base '${name}' needs the package @tensorflow/tfjs-backend-${name}, got an import that failed. ` +
        `Install it: npm i @tensorflow/tfjs-backend-${name}@4.22, or pass base: '${other}'.`,
      { cause },
    );
  }
}

/** In Node tfjs's packages are CommonJS: some loaders hand their exports out as `default`. */
function unwrapDefault<T extends object>(module: T): T {
  const inner = (module as { default?: unknown }).default;
  const isWhole = 'setWasmPaths' in module || 'MathBackendCPU' in module;
  return isWhole || typeof inner !== 'object' || inner === null ? module : (inner as T);
}

function isRegistered(name: BaseName): boolean {
  return engine().registryFactory[name] !== undefined;
}

function registrationOf(name: BaseName): Registration {
  const entry = engine().registryFactory[name];
  if (entry === undefined) {
    throw new Error(
      `[emulate] base '${name}' must be registered by @tensorflow/tfjs-backend-${name}, got a module that was loaded before and whose backend was removed. ` +
        `Register the emulation before tf.removeBackend('${name}').`,
    );
  }
  return { factory: entry.factory, priority: entry.priority, kernels: getKernelsForBackend(name) };
}

function restore(name: BaseName): void {
  const registration = seen.get(name) ?? registrationOf(name);
  registerBackend(name, registration.factory, registration.priority);
  const present = new Set(getKernelsForBackend(name).map(({ kernelName }) => kernelName));
  for (const kernel of registration.kernels) if (!present.has(kernel.kernelName)) registerKernel(kernel);
}

function takeOut(name: BaseName): void {
  removeBackend(name);
  for (const { kernelName } of getKernelsForBackend(name)) unregisterKernel(kernelName, name);
}
