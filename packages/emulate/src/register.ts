import { engine, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import type { PrecisionPlugin } from '@halftone/autocast';
import { pluginFor, registerPlugin } from '@halftone/autocast';
import { EmulatedBackend } from './backend.ts';
import type { Base } from './base/open-base.ts';
import { openBase, unknownTfjs } from './base/open-base.ts';
import { leaseStock } from './base/stock-package.ts';
import type { TensorBytes } from './byte-ledger.ts';
import type { Capabilities } from './capabilities.ts';
import type { KernelPlan } from './kernels/kernel-plan.ts';
import { planForWasm } from './kernels/kernel-plan.ts';
import type { CpuHelper } from './kernels/on-cpu.ts';
import { createCpuHelper } from './kernels/on-cpu.ts';
import { inTurn } from './in-turn.ts';
import { registerKernels } from './kernels/register.ts';
import { createNarrowing } from './narrowing.ts';
import { firstNonFinite } from './non-finite.ts';
import type { EmulateOptions, EmulatePlan } from './options.ts';
import { planOf } from './options.ts';
import type { KernelRange } from './range-counters.ts';
import { RangeCounters } from './range-counters.ts';

/** What `registerEmulated` and `useEmulated` resolve to. */
export interface EmulatedHandle {
  readonly backendName: string;
  readonly capabilities: Capabilities;
  /** Bytes of live tensors: as they are, and as half storage would be. The same figures are in `tf.memory()` while the backend is current. */
  memory(): TensorBytes;
  /** Starts the peaks anew from what is held now. */
  resetPeak(): void;
  /** What rounding met, kernel by kernel, since the start or `resetRanges()`. Needs `observe: true`. */
  ranges(): Readonly<Record<string, KernelRange>>;
  /** Starts `ranges()` anew. */
  resetRanges(): void;
  /** How often kernels ran on the cpu backend, which copies values to and fro. */
  fallbacks(): Readonly<Record<string, number>>;
  /** Takes everything out again. Tensors on the backend are lost: read them before. */
  dispose(): void;
}

/**
 * Registers an exact emulation of half storage as a tfjs backend of its own, on top of stock `wasm` or `cpu`.
 *
 * It answers "would my model survive float16?" on a machine without a GPU: kernels compute in float32, and each result
 * that the policy stores in half is rounded exactly as the WebGPU plug-in stores it. Numbers stay in float32 memory, so it
 * saves no bytes and no time. Until a policy is set nothing is rounded.
 *
 * Loads and starts the base backend, which stays registered beside it while the handle lives. Several handles, each with a
 * `backendName`, may share a base.
 *
 * @param options - see `EmulateOptions`
 * @returns a handle; `dispose()` undoes everything
 * @throws Error if the base's package is not installed or does not start, or if the backend name is taken
 * @throws TypeError or RangeError for options that do not exist
 *
 * @example
 * const handle = await registerEmulated({ base: 'cpu' });
 * handle.backendName; // 'halftone-emulate'
 * handle.capabilities.formats; // ['float16', 'bfloat16']
 * handle.dispose();
 */
export async function registerEmulated(options: EmulateOptions = {}): Promise<EmulatedHandle> {
  const plan = planOf(options);
  return inTurn(() => register(plan));
}

/**
 * Registers the emulation and makes it tfjs's current backend.
 *
 * Build or load models after this call: tensors of another backend would have to move.
 *
 * @param options - see `EmulateOptions`
 * @returns the handle of `registerEmulated`
 * @throws as `registerEmulated`
 *
 * @example
 * const handle = await useEmulated({ base: 'cpu', observe: true });
 * handle.ranges(); // {}
 * handle.dispose();
 */
export async function useEmulated(options: EmulateOptions = {}): Promise<EmulatedHandle> {
  const handle = await registerEmulated(options);
  await setBackend(handle.backendName);
  return handle;
}

async function register(plan: EmulatePlan): Promise<EmulatedHandle> {
  refuseTaken(plan.backendName);
  const undo: (() => void)[] = [];
  try {
    const base = await openBase(plan, undo);
    const helper = base.name === 'wasm' ? await openHelper(undo) : null;
    return assemble({ plan, base, helper, undo });
  } catch (error) {
    unwind(undo);
    throw error;
  }
}

interface Parts {
  readonly plan: EmulatePlan;
  readonly base: Base;
  readonly helper: CpuHelper | null;
  readonly undo: (() => void)[];
}

function assemble({ plan, base, helper, undo }: Parts): EmulatedHandle {
  const { backendName, rounding, overflow, observe } = plan;
  const unknown = unknownTfjs(base);
  if (unknown !== null) console.warn(`[emulate] ${unknown}: half storage is off and everything stays float32. Install tfjs 4.22.`);
  const kernels: KernelPlan = base.name === 'wasm' ? planForWasm(base, helper) : { kernels: base.kernels, own: {}, cpu: {}, missing: [] };
  const ranges = observe ? new RangeCounters() : null;
  const backend = new EmulatedBackend({
    backendName,
    base,
    narrowing: createNarrowing(base.data, plan, ranges),
    complexStore: helper?.store ?? null,
  });
  const plugin = createPlugin(backendName, backend, unknown === null);
  registerBackend(backendName, () => backend, 0);
  undo.push(() => {
    if (engine().registryFactory[backendName] !== undefined) removeBackend(backendName); // unless the user did
  });
  undo.push(registerKernels(plugin, backend, kernels.kernels), registerPlugin(plugin));
  return {
    backendName,
    capabilities: {
      base: base.name,
      formats: plugin.formats,
      rounding,
      overflow,
      ownKernels: kernels.own,
      cpuKernels: kernels.cpu,
      missingKernels: kernels.missing,
      ...(unknown === null ? {} : { float32Only: unknown }),
    },
    memory: () => backend.ledger.bytes(),
    resetPeak: () => backend.ledger.resetPeak(),
    ranges: () => observed(ranges, 'ranges()').table(),
    resetRanges: () => observed(ranges, 'resetRanges()').rows.clear(),
    fallbacks: () => Object.fromEntries(helper?.calls ?? []),
    dispose: () => {
      backend.closed = true;
      unwind(undo);
    },
  };
}

function createPlugin(backendName: string, backend: EmulatedBackend, halves: boolean): PrecisionPlugin {
  return {
    packageName: '@halftone/emulate',
    backendName,
    formats: halves ? ['float16', 'bfloat16'] : [],
    storageOf: (dataId) => backend.storageOf(dataId),
    fromBits: (bits, shape, format) => backend.fromBits(bits, shape, format),
    toStorage: (input, storage) => backend.toStorage(input, storage),
    widen: (dataId) => backend.widen(dataId),
    hostScalar: (dataId) => backend.hostScalar(dataId),
    firstNonFinite: (tensors) => firstNonFinite(backend, tensors),
    memory: {
      bytes: () => {
        const { physicalBytes, peakBytes } = backend.ledger.bytes();
        return { usedBytes: physicalBytes, peakBytes };
      },
      resetPeak: () => backend.ledger.resetPeak(),
    },
  };
}

/** The cpu backend for kernels that wasm lacks, where its package is installed. */
async function openHelper(undo: (() => void)[]): Promise<CpuHelper | null> {
  const lease = await leaseStock('cpu').catch(() => null); // optional: capabilities.missingKernels names what is missing then
  if (lease === null) return null;
  undo.push(() => lease.release());
  return createCpuHelper(lease.module);
}

function refuseTaken(backendName: string): void {
  if (pluginFor(backendName) === undefined && engine().registryFactory[backendName] === undefined) return;
  throw new Error(
    `[emulate] backend '${backendName}' is already registered, got a second call. Dispose the first handle, or pass another backendName.`,
  );
}

function observed(ranges: RangeCounters | null, what: string): RangeCounters {
  if (ranges !== null) return ranges;
  throw new Error(
    `[emulate] ${what} needs a plug-in that counts, got one registered without observe. Pass observe: true to registerEmulated().`,
  );
}

/** Undoes in reverse order; what is undone once is not undone again. */
function unwind(undo: (() => void)[]): void {
  while (undo.length > 0) undo.pop()?.();
}
