import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, setBackend } from '@tensorflow/tfjs-core';
import { pluginFor, registerPlugin } from '@halftone/autocast';
import type { HalfPrecision } from '@halftone/policy';
import { installSession, isWrapped } from './backend/install.ts';
import { Session } from './backend/session.ts';
import type { CastCacheBytes } from './binding/cast-cache.ts';
import { HalfBinding } from './binding/half-binding.ts';
import type { LedgerBytes } from './binding/handle-ledger.ts';
import type { NodeStatistics } from './binding/op-counters.ts';
import { readBits, tensorFromBits } from './bits.ts';
import type { Capabilities } from './capabilities.ts';
import { capabilitiesOf, factsFor } from './capabilities.ts';
import { installBatchNormGradient } from './gradients/batch-norm.ts';
import { installKernels } from './kernels/install-kernels.ts';
import type { Library } from './library/load-library.ts';
import { BACKEND_NAME, loadLibrary } from './library/load-library.ts';
import type { NodeOptions, NodePlan } from './options.ts';
import { planOf } from './options.ts';
import { createPlugin } from './plugin.ts';
import { opSignatures } from './table/op-signatures.ts';

/** What `registerNode` and `useNode` resolve to. */
export interface NodeHandle {
  /** `tensorflow`: tfjs-node's own name, which `tf.node.*` insists on. */
  readonly backendName: string;
  readonly capabilities: Capabilities;
  /** Bytes inside TensorFlow of what went through the plug-in, casts included. `tf.memory()` counts 4 bytes an element. */
  memory(): LedgerBytes & CastCacheBytes;
  /** Starts the peak anew from what is held now. */
  resetPeak(): void;
  /** How often each TensorFlow op ran, in half or not, and what was cast. */
  statistics(): NodeStatistics;
  /** Starts `statistics()` anew. */
  resetStatistics(): void;
  /** The 16-bit codes of a tensor that is stored in half. Waits for TensorFlow. */
  bits(tensor: Tensor): Uint16Array;
  /** A tensor from 16-bit codes, which never exist as float32; the caller owns it. */
  fromBits(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): Tensor;
  /** Takes everything out again. Tensors stay: what is half becomes float32 before. */
  dispose(): void;
}

/**
 * Brings half and bfloat16 into tfjs-node or tfjs-node-gpu: TensorFlow computes in its own half kernels, and tfjs sees float32.
 *
 * Loads the package where it is not loaded yet and leaves tfjs's current backend as it is. The backend keeps its name, `tensorflow`,
 * its tensors, its kernels and `tf.node.*`; until a policy is set nothing is half. Synchronous inside, as tfjs-node is;
 * the promise is for loading.
 *
 * @param options - see `NodeOptions`
 * @returns a handle; `dispose()` undoes everything
 * @throws Error if no package can be loaded (it names the file that is missing), if the plug-in is registered already, or
 * without a GPU under `requireGpu`
 * @throws TypeError or RangeError for options that do not exist
 *
 * @example
 * const handle = await registerNode();
 * handle.backendName; // 'tensorflow'
 * handle.dispose();
 */
export async function registerNode(options: NodeOptions = {}): Promise<NodeHandle> {
  const plan = planOf(options);
  refuseSecond();
  const library = await loadLibrary({ package: plan.package, requireGpu: plan.requireGpu });
  try {
    refuseSecond(); // a second call may have been under way
    return install(plan, library);
  } catch (error) {
    library.release();
    throw error;
  }
}

/**
 * Registers the plug-in and makes `tensorflow` tfjs's current backend.
 *
 * @param options - see `NodeOptions`
 * @returns the handle of `registerNode`
 * @throws as `registerNode`
 *
 * @example
 * const handle = await useNode();
 * handle.capabilities.formats; // ['float16', 'bfloat16']
 * handle.dispose();
 */
export async function useNode(options: NodeOptions = {}): Promise<NodeHandle> {
  const handle = await registerNode(options);
  await setBackend(BACKEND_NAME);
  return handle;
}

function install(plan: NodePlan, library: Library): NodeHandle {
  const { backend } = library;
  if (isWrapped(backend)) throw alreadyThere('another copy of the package');
  const capabilities = capabilitiesOf(library);
  if (capabilities.float32Only !== undefined)
    console.warn(`[node] ${capabilities.float32Only}: half is off and everything stays float32. Install @tensorflow/tfjs-node@4.22.`);
  const binding = new HalfBinding({
    native: backend.binding,
    facts: { signatures: opSignatures, ...factsFor(library) },
    castCacheBytes: plan.castCacheBytes,
  });
  const session = new Session(binding);
  const plugin = createPlugin(session, capabilities);
  const undo = [() => library.release()];
  try {
    undo.push(registerPlugin(plugin));
    if (capabilities.float32Only === undefined) {
      undo.push(installSession(session, backend), installKernels(plugin, session), installBatchNormGradient(session));
    }
  } catch (error) {
    unwind(undo);
    throw error;
  }
  return {
    backendName: BACKEND_NAME,
    capabilities,
    memory: () => ({ ...binding.ledger.bytes(), ...binding.cache.bytes() }),
    resetPeak: () => binding.ledger.resetPeak(),
    statistics: () => binding.counters.statistics(),
    resetStatistics: () => binding.counters.reset(),
    bits: (tensor) => readBits(session, tensor),
    fromBits: (bits, shape, format) => engine().makeTensorFromTensorInfo(tensorFromBits(session, bits, shape, format)),
    dispose: () => unwind(undo),
  };
}

function refuseSecond(): void {
  if (pluginFor(BACKEND_NAME) !== undefined) throw alreadyThere('a second call');
}

function alreadyThere(got: string): Error {
  return new Error(`[node] the plug-in is already registered, got ${got}. Dispose the first handle before registering again.`);
}

/** Undoes in reverse order; what is undone once is not undone again. */
function unwind(undo: (() => void)[]): void {
  while (undo.length > 0) undo.pop()?.();
}
