import type { KernelBackend, KernelConfig } from '@tensorflow/tfjs-core';
import { engine, findBackend, getKernelsForBackend, KernelBackend as KernelBackendClass, ready, version_core } from '@tensorflow/tfjs-core';
import type { BaseName, EmulatePlan } from '../options.ts';
import type { BaseData } from './base-data.ts';
import { baseData, missingMembers } from './base-data.ts';
import type { StockLease } from './stock-package.ts';
import { leaseStock } from './stock-package.ts';

/** A stock backend that is started, and how to reach its numbers. */
export interface Base {
  readonly name: BaseName;
  /** The one instance that tfjs has of it: its kernels keep pointers into that one alone. */
  readonly backend: KernelBackend;
  readonly kernels: readonly KernelConfig[];
  readonly data: BaseData;
  /** Whether the user took the stock backend away under us. */
  isGone(): boolean;
}

/**
 * Starts the stock backend, or finds it started.
 *
 * tfjs's wasm kernels point into the wasm instance that was set up last, so a second instance would break the stock
 * backend `wasm`: both share one.
 */
export async function openBase({ base, wasmPaths }: Pick<EmulatePlan, 'base' | 'wasmPaths'>, undo: (() => void)[]): Promise<Base> {
  const lease = await leaseStock(base);
  undo.push(() => lease.release());
  if (wasmPaths !== undefined) setPaths(lease as StockLease<'wasm'>, wasmPaths);
  const backend = await startBackend(base);
  if (!(backend instanceof KernelBackendClass)) {
    throw new Error(
      `[emulate] two copies of @tensorflow/tfjs-core are loaded, got the ${base} backend of the other one. ` +
        'Install one version: npm ls @tensorflow/tfjs-core shows who brings the second.',
    );
  }
  return {
    name: base,
    backend,
    kernels: getKernelsForBackend(base),
    data: baseData(base, backend),
    isGone: () => engine().registry[base] !== backend,
  };
}

let pathsSet = ''; // tfjs keeps them for the life of the process and has no way to ask

function setPaths({ module }: StockLease<'wasm'>, wasmPaths: NonNullable<EmulatePlan['wasmPaths']>): void {
  const paths = JSON.stringify(wasmPaths);
  if (engine().registry['wasm'] !== undefined) {
    if (paths === pathsSet) return;
    throw new Error(
      `[emulate] wasmPaths must be set before tfjs's wasm backend starts, got ${paths} when it runs already. Leave wasmPaths out.`,
    );
  }
  pathsSet = paths;
  module.setWasmPaths(wasmPaths as Parameters<typeof module.setWasmPaths>[0]);
}

async function startBackend(name: BaseName): Promise<KernelBackend> {
  const { backendName, registry } = engine() as { backendName: string | null; registry: Readonly<Record<string, KernelBackend>> };
  if (backendName !== null && backendName !== undefined && registry[backendName] === undefined) await ready(); // another one is starting: a second start would cancel it
  const found = findBackend(name) as KernelBackend | null;
  if (found !== null) return found;
  await ready(); // waits for the start that findBackend began
  const started = registry[name];
  if (started === undefined) {
    throw new Error(
      `[emulate] tfjs's ${name} backend must start, got a refusal (tfjs wrote why). ` +
        "In a browser its .wasm files have to be served: pass wasmPaths with their folder's URL.",
    );
  }
  return started;
}

/** Why this tfjs is not one that the plug-in knows, or `null`. */
export function unknownTfjs({ name, backend }: Pick<Base, 'name' | 'backend'>): string | null {
  const [major = 0, minor = 0] = version_core.split('.').map(Number);
  if (major !== 4 || minor < 22) return `tfjs-core ${version_core} is not >=4.22 <5`;
  const missing = missingMembers(name, backend);
  return missing.length > 0 ? `tfjs's ${name} backend lacks ${missing.join(', ')}` : null;
}
