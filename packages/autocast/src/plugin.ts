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
  /** Why a format is not among them and what helps, one or two sentences for the error. */
  readonly missingFormat?: string;
  /** The physical storage of one data handle; `float32` for handles that it does not hold. */
  storageOf(dataId: object): Storage;
  /** A new handle that holds the same values in another storage, rounded where it is narrower. The caller owns it. */
  toStorage(input: TensorInfo, storage: Storage): TensorInfo;
  /** A new handle from 16-bit codes as they are, without a float32 copy of them anywhere. The caller owns it; `bits` may change afterwards. */
  fromBits?(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): TensorInfo;
  /** Makes the storage of a handle float32 in place; its values stay as they are. */
  widen(dataId: object): void;
  /** The number in a one-element handle when the host knows it without asking the device. */
  hostScalar?(dataId: object): number | undefined;
  /** int32 `[1]` on the device: index of the first tensor with an infinity or NaN (by exponent bits), or -1. Never reads back. */
  firstNonFinite?(tensors: readonly TensorInfo[]): TensorInfo;
  /** Whole optimizer steps as a few dispatches; absent where the backend cannot, or is told not to. */
  readonly fusedOptimizer?: FusedOptimizer;
  /** A training step has ended: what was put off may run now. */
  endStep?(): void;
  /** What its tensors take; absent where nothing counts. */
  readonly memory?: PluginMemory;
}

/** Counts the bytes of a plug-in's device. */
export interface PluginMemory {
  /** In use now, and the highest sum of used and pooled bytes since the last `resetPeak()`. Runs what was put off. */
  bytes(): { readonly usedBytes: number; readonly peakBytes: number };
  /** Gives back what is only kept for later, and starts the peak anew. */
  resetPeak(): void;
  /** The cap that the plug-in was given; absent where there is none. */
  readonly maxBytes?: number;
}

/** The optimizers whose step can be fused: those of tfjs, AdamW and LAMB, with tfjs's formulas. */
export type FusedKind =
  | 'sgd'
  | 'momentum'
  | 'nesterov'
  | 'adam'
  | 'adamw'
  | 'adamax'
  | 'adagrad'
  | 'adadelta'
  | 'rmsprop'
  | 'rmsprop-centered'
  | 'lamb';

/** One variable of a fused step: float32 storage, all of one size. The step gives new handles for the value and its slots. */
export interface FusedVariable {
  /** Float32 or half storage. */
  readonly gradient: TensorInfo;
  readonly value: TensorInfo;
  /** In the order in which the optimizer saves them. */
  readonly slots: readonly TensorInfo[];
  /** Weight decay of this variable, for the kinds that have one; 0 unless set. */
  readonly decay?: number;
}

/** How a loss scale moves: the rule of @halftone/loss-scale as plain numbers. */
export interface FusedScaleRule {
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  readonly minScale: number;
  readonly maxScale: number;
  readonly hysteresis: number;
}

/**
 * Who decides whether a fused step takes place. `check`: the step itself, by the gradients; it moves the scale too.
 * `flags`: float32 `[3]`, {finite, applied, first bad gradient or -1}; the step moves the scale by them. `flag`: bool `[1]`,
 * and the scale stays as it is. `none`: it always does.
 */
export type FusedVerdict =
  | { readonly by: 'check'; readonly rule: FusedScaleRule }
  | { readonly by: 'flags'; readonly flags: TensorInfo; readonly rule: FusedScaleRule }
  | { readonly by: 'flag'; readonly flag: TensorInfo }
  | { readonly by: 'none' };

/** One optimizer step as plain data; every tensor stays the caller's. */
export interface FusedStepRequest {
  readonly kind: FusedKind;
  /** The optimizer's numbers under tfjs's names: `learningRate`, `beta1`, … They may change from step to step. */
  readonly rates: Readonly<Record<string, number>>;
  readonly variables: readonly FusedVariable[];
  /** One-element tensors that move with each applied step: {beta1^t, beta2^t}, or {beta1^t, t} for adamax. */
  readonly powers: readonly TensorInfo[];
  /** At most one: of all gradients as one vector, of each gradient, of each element. */
  readonly clip: { readonly norm?: number; readonly variableNorm?: number; readonly value?: number };
  /** float32 `[6]`: {scale, goodSteps, skippedInRow, skipped, applied, firstBad}; `null` where nothing is scaled. */
  readonly state: TensorInfo | null;
  /** The scalar that went with the state: the next one takes its place, and where the step cannot be taken it stays. */
  readonly seed?: TensorInfo | null;
  /** Whether the gradients still carry the scale. */
  readonly unscale: boolean;
  readonly verdict: FusedVerdict;
}

/** The state of a loss scale after a step, and its first number as a scalar: the seed of the next backward pass. */
export interface FusedScaleState {
  readonly state: TensorInfo;
  readonly seed: TensorInfo;
}

/** New handles, owned by the caller, in the order of the request. The old ones keep their values for whoever holds them. */
export interface FusedStepResult {
  readonly variables: readonly { readonly value: TensorInfo; readonly slots: readonly TensorInfo[] }[];
  readonly powers: readonly TensorInfo[];
  /** Where the verdict moves the scale; `applied` (bool `[1]`) only where the step decides by itself. */
  readonly scale: (FusedScaleState & { readonly applied: TensorInfo | null }) | null;
}

/** Optimizer steps in a few dispatches, without a readback; same numbers as op by op. */
export interface FusedOptimizer {
  readonly kinds: readonly FusedKind[];
  step(request: FusedStepRequest): FusedStepResult;
  /** Moves a scale by flags as in `FusedVerdict`. */
  advance(request: {
    readonly state: TensorInfo;
    readonly seed?: TensorInfo | null;
    readonly flags: TensorInfo;
    readonly rule: FusedScaleRule;
  }): FusedScaleState;
  /** As the plug-in's own; with a `state` the tensors still carry its scale, and what overflows without it is bad too. */
  firstNonFinite(tensors: readonly TensorInfo[], state?: TensorInfo): TensorInfo;
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
