import { engine, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { pluginFor, registerPlugin } from '@halftone/autocast';
import { createHalfBackend } from './backend.ts';
import type { Conversion } from './current-lowering.ts';
import { installLowering } from './current-lowering.ts';
import type { Capabilities } from './device/capabilities.ts';
import { describeDevice, deviceTraits } from './device/capabilities.ts';
import { watchDevice } from './device/fault.ts';
import { runtimeGpu } from './device/node-gpu.ts';
import { conversionOf, probeNumerics } from './device/probe.ts';
import { requestDevice } from './device/request.ts';
import { checkOneTfjs, unknownTfjs } from './guard.ts';
import { installActivationGradients } from './gradients/activations.ts';
import { installBatchNormGradient } from './gradients/batch-norm.ts';
import { installGatherGradient } from './gradients/gather.ts';
import { installBroadcastGradients } from './gradients/reductions.ts';
import { installSoftmaxGradient } from './gradients/softmax.ts';
import { avoidedKernels } from './device/avoided-kernels.ts';
import { avoidSplitProducts } from './kernels/deterministic.ts';
import { registerKernels } from './kernels/register.ts';
import type { DeviceBytes } from './memory.ts';
import type { GraphStatistics } from './graph/graph-statistics.ts';
import type { WebGPUOptions } from './options.ts';
import { checkOptions } from './options.ts';
import { createPlugin } from './plugin.ts';
import { importStock } from './stock.ts';
import type { WarmUpOptions } from './warm-up.ts';
import { warmUp } from './warm-up.ts';

/** What `registerWebGPU` and `useWebGPU` resolve to. */
export interface WebGPUHandle {
  readonly backendName: string;
  readonly capabilities: Capabilities;
  /** Runs what waits and counts bytes of GPUBuffers: in use, cached, peak. The same figures are in `tf.memory()` while the backend is current. */
  memory(): DeviceBytes;
  /** Starts the peak anew from what is held now. */
  resetPeak(): void;
  /** Gives pooled buffers back to the device; returns the bytes. */
  trim(): number;
  /** Programs whose shader was not understood and which run in float32, with the reason. */
  refusedPrograms(): Readonly<Record<string, string>>;
  /**
   * Runs a function once, compiling its kernels without blocking the page: a first `predict` or train step with a
   * progress bar instead of a frozen tab. Waits for the GPU's compiler.
   *
   * The work counts: a train step given here is a step. With `fusion: 'off'` kernels are compiled as they come, and no progress is told.
   *
   * @param work - synchronous; what it returns is returned
   */
  warmUp<T>(work: () => T, options?: WarmUpOptions): Promise<T>;
  /** How often recorded work was planned and replayed, and the host time of both; `null` with `fusion: 'off'`. */
  graphStatistics(): GraphStatistics | null;
  /** Takes everything out again and destroys the device. Tensors on it are lost. */
  dispose(): void;
}

/**
 * Registers TensorFlow.js's WebGPU backend with half storage as a backend of its own, beside stock `webgpu`.
 *
 * Waits for the GPU: it asks for a device of its own (with `shader-f16`, `subgroups` and the adapter's limits) and
 * measures how that device converts numbers. In Node it brings WebGPU from the npm package `webgpu`. Until a policy is
 * set, everything is float32: stock tfjs within rounding, and bit for bit with `fusion: 'off'`.
 *
 * @param options - see `WebGPUOptions`
 * @returns a handle that owns the device; `dispose()` undoes everything
 * @throws Error if there is no WebGPU, no adapter, or the backend name is taken
 * @throws RangeError if `codec: 'f16'` is asked of a device without `shader-f16`
 *
 * @example
 * // const handle = await registerWebGPU();
 * // handle.capabilities.codecs.float16; // 'f16', or 'packed-f16' where the GPU has no shader-f16
 * // handle.dispose();
 */
export async function registerWebGPU(options: WebGPUOptions = {}): Promise<WebGPUHandle> {
  checkOptions(options);
  const backendName = options.backendName ?? 'halftone-webgpu';
  if (pluginFor(backendName) !== undefined || engine().registryFactory[backendName] !== undefined) {
    throw new Error(
      `[webgpu] backend '${backendName}' is already registered, got a second call. Dispose the first handle, or pass another backendName.`,
    );
  }
  const undo: (() => void)[] = [];
  try {
    const runtime = await runtimeGpu();
    undo.push(runtime.undo);
    const { device, info } = await requestDevice(
      runtime.gpu,
      options.powerPreference ?? 'high-performance',
      options.codec === 'packed-f16',
    );
    undo.push(() => device.destroy());
    const described = describeDevice(info, device);
    if (options.codec === 'f16' && !described.shaderF16) {
      throw new RangeError(
        `[webgpu] codec 'f16' needs the feature shader-f16, got ${described.adapter.description} without it. Leave codec out: packed-f16 stores the same numbers.`,
      );
    }
    const traits = deviceTraits(device, info, options.maths === 'fast');
    const fault = watchDevice(device);
    const numerics = await probeNumerics(device);
    const Base = await importStock();
    const found = conversionOf(described.shaderF16 ? (numerics.native ?? numerics.packed) : numerics.packed);
    const codecs = { float16: described.shaderF16 ? 'f16' : 'packed-f16', bfloat16: 'bfloat16' } as const;
    const conversion: Conversion = { codecs, narrow: options.conversion ?? found.narrow, widen: options.conversion ?? found.widen };
    const backend = createHalfBackend(Base, {
      device,
      info,
      conversion,
      lowering: installLowering(device, conversion),
      fault,
      maxBytes: options.maxBytes ?? Infinity,
      traits,
      fusion: options.fusion !== 'off',
    });
    checkOneTfjs(backend);
    if (options.deterministic === true) avoidSplitProducts(backend);
    const unknown = unknownTfjs(backend);
    const plugin = createPlugin(backendName, backend, { halves: unknown === null, maxBytes: options.maxBytes });
    registerBackend(backendName, () => backend, 0);
    undo.push(() => removeBackend(backendName));
    undo.push(
      registerKernels(plugin, {
        fusion: options.fusion !== 'off',
        avoided: avoidedKernels(info),
        deterministic: options.deterministic === true,
      }),
      installBroadcastGradients(backendName),
      installBatchNormGradient(backendName),
      ...(options.fusion === 'off'
        ? []
        : [installSoftmaxGradient(backendName), installActivationGradients(backendName), installGatherGradient(backendName)]),
      registerPlugin(plugin),
    );
    const { narrow, widen } = conversion;
    const capabilities: Capabilities = {
      ...described,
      codecs,
      conversion: { narrow, widen },
      numerics,
      ...(unknown === null ? {} : { float32Only: unknown }),
    };
    return {
      backendName,
      capabilities,
      memory: () => {
        backend.flush(); // what was asked for is held, once it has run
        return backend.ledger.bytes();
      },
      resetPeak: () => backend.ledger.resetPeak(),
      trim: () => backend.ledger.trim(),
      warmUp: (work, options = {}) => warmUp(backend, work, options),
      graphStatistics: () => backend.lazy?.statistics ?? null,
      refusedPrograms: () => Object.fromEntries(backend.counters.refused),
      dispose: once(() => {
        fault.close();
        unwind(undo);
      }),
    };
  } catch (error) {
    unwind(undo);
    throw error;
  }
}

/**
 * Registers the plug-in and makes it tfjs's current backend.
 *
 * Waits for the GPU. Build or load models after this call: tensors of another backend would have to move.
 *
 * @param options - see `WebGPUOptions`
 * @returns the handle of `registerWebGPU`
 * @throws as `registerWebGPU`
 *
 * @example
 * // await useWebGPU();
 * // const undo = setDefaultPolicy('mixed_float16');
 */
export async function useWebGPU(options: WebGPUOptions = {}): Promise<WebGPUHandle> {
  const handle = await registerWebGPU(options);
  await setBackend(handle.backendName);
  return handle;
}

function unwind(undo: (() => void)[]): void {
  while (undo.length > 0) undo.pop()?.();
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
