import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HalfPrecision, Precision } from '@halftone/policy';
import { state } from './state.ts';

/** How the numbers of a float tensor lie in memory. To tfjs every one of them is `float32`. */
export type Storage = Precision;

/**
 * What a backend has to offer so that scopes and policies work on it.
 *
 * A plug-in registers a tfjs backend whose kernels call `beginKernel` and `endKernel`, and it registers itself here.
 */
export interface PrecisionPlugin {
  /** The npm package, for messages: `@halftone/webgpu`. */
  readonly packageName: string;
  /** The tfjs backend that it serves: `halftone-webgpu`. */
  readonly backendName: string;
  /** The 16-bit formats that this device can store. */
  readonly formats: readonly HalfPrecision[];
  /** The physical storage of one data handle; `float32` for handles that it does not hold. */
  storageOf(dataId: object): Storage;
  /** A new handle that holds the same values in another storage, rounded where it is narrower. The caller owns it. */
  toStorage(input: TensorInfo, storage: Storage): TensorInfo;
  /** Makes the storage of a handle float32 in place; its values stay as they are. */
  widen(dataId: object): void;
  /** The number in a one-element handle when the host knows it without asking the device. */
  hostScalar?(dataId: object): number | undefined;
  /** int32 `[1]` on the device: index of the first tensor with an infinity or NaN (by exponent bits), or -1. Never reads back. */
  firstNonFinite?(tensors: readonly TensorInfo[]): TensorInfo;
}

/**
 * Makes a plug-in known to scopes. A plug-in's own `register…` function calls it; users do not.
 *
 * Pure bookkeeping: allocates nothing on a device and never waits.
 *
 * @param plugin - one plug-in for each backend name
 * @returns a function that takes the plug-in out again
 * @throws Error if the backend name already has a plug-in
 *
 * @example
 * // const undo = registerPlugin(plugin);
 * // undo();
 */
export function registerPlugin(plugin: PrecisionPlugin): () => void {
  const { plugins } = state();
  if (plugins.has(plugin.backendName)) {
    throw new Error(
      `[autocast] backend '${plugin.backendName}' already has a precision plug-in, got a second one from ${plugin.packageName}. ` +
        'Dispose the first handle before registering again.',
    );
  }
  plugins.set(plugin.backendName, plugin);
  return () => {
    if (plugins.get(plugin.backendName) === plugin) plugins.delete(plugin.backendName);
  };
}

/**
 * Finds the plug-in that serves a tfjs backend.
 *
 * @param backendName - as in `tf.getBackend()`
 * @returns the plug-in, or `undefined` where the backend is stock tfjs
 *
 * @example
 * pluginFor('cpu'); // undefined
 */
export function pluginFor(backendName: string): PrecisionPlugin | undefined {
  return state().plugins.get(backendName);
}
