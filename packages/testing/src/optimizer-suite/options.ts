import type * as TensorFlow from '@tensorflow/tfjs-core';

/** The numbers of a loss scale after a step; plain JSON. */
export interface ScaleState {
  readonly scale: number;
  readonly goodSteps: number;
  readonly skippedInRow: number;
  readonly skipped: number;
  readonly applied: number;
}

/** What sets a dynamic scale. */
export type ScaleRule =
  | 'initialScale'
  | 'growthFactor'
  | 'backoffFactor'
  | 'growthInterval'
  | 'minScale'
  | 'maxScale'
  | 'maxConsecutiveSkips'
  | 'hysteresis';

/** What the suite needs of a loss scale: the pure machine is the yardstick of the one on the device. */
export interface ScaleMachine {
  readonly kind: 'none' | 'static' | 'dynamic';
  readonly options: Readonly<Record<ScaleRule, number>>;
  restore(state: unknown): ScaleState;
  init(): ScaleState;
  next(state: ScaleState, finite: boolean): ScaleState;
}

/** What the suite needs of `@halftone/loss-scale`; this package does not depend on it. */
export interface LossScaleModule {
  noLossScale(): ScaleMachine;
  staticLossScale(scale: number, options?: { readonly maxConsecutiveSkips?: number }): ScaleMachine;
  dynamicLossScale(options?: Readonly<Partial<Record<ScaleRule, number>>>): ScaleMachine;
}

/** What one step did. */
export interface Report {
  readonly step: number;
  readonly applied: boolean;
  readonly foundNonFinite: boolean;
  readonly firstNonFinite: string | null;
  readonly scale: number;
  readonly skipped: number;
  readonly appliedSteps: number;
}

/** How a step clips; at most one of them. */
export interface Clip {
  readonly clipNorm?: number;
  readonly clipVariableNorm?: number;
  readonly clipValue?: number;
}

/** Options of the wrapper that the suite sets. */
export interface WrapOptions extends Clip {
  readonly policy?: string;
  readonly lossScale?: ScaleMachine;
  readonly accumulate?: number;
  readonly onBadMicroBatch?: 'drop-window' | 'drop-one';
  readonly learningRate?: (appliedSteps: number) => number;
  readonly statusEvery?: number;
  readonly onStep?: (report: Report) => void;
}

/** Whatever holds a loss scale and tells of it. */
export interface Scaled {
  lastStep(): Promise<Report>;
  lossScaleState(): Promise<ScaleState>;
  toJSON(): { readonly state: ScaleState };
  restore(saved: ReturnType<Scaled['toJSON']>): void;
}

/** What the suite needs of a wrapped optimizer. */
export interface Wrapped extends TensorFlow.Optimizer, Scaled {
  readonly learningRate: number | undefined;
  unwrap(): TensorFlow.Optimizer;
}

/** What the suite needs of a scaler for loops of one's own. */
export interface Scaler extends Scaled {
  variableGrads(
    loss: () => TensorFlow.Scalar,
    variables: readonly TensorFlow.Variable[],
  ): { readonly value: TensorFlow.Scalar; readonly grads: TensorFlow.NamedTensorMap };
  scale<T extends TensorFlow.Tensor>(loss: T): T;
  accumulate(total: TensorFlow.NamedTensorMap | null, gradients: TensorFlow.NamedTensorMap): TensorFlow.NamedTensorMap;
  unscale(gradients: TensorFlow.NamedTensorMap): TensorFlow.NamedTensorMap;
  step(optimizer: TensorFlow.Optimizer, gradients: TensorFlow.NamedTensorMap, options?: ScalerStep): void;
  apply(optimizer: TensorFlow.Optimizer, gradients: TensorFlow.NamedTensorMap, options?: ScalerStep): void;
  update(): void;
  dispose(): void;
}

/** How one optimizer of a scaler steps. */
export interface ScalerStep extends Clip {
  readonly gradients?: 'scaled' | 'unscaled';
}

/** Variables on the host. */
type Snapshot = readonly { readonly name: string }[];

/** What the suite needs of `@halftone/optimizer`. */
export interface OptimizerModule {
  mixedPrecisionOptimizer(inner: TensorFlow.Optimizer, options?: WrapOptions): Wrapped;
  gradScaler(options?: {
    readonly policy?: string;
    readonly lossScale?: ScaleMachine;
    readonly skipAll?: boolean;
    readonly statusEvery?: number;
  }): Scaler;
  adamW(learningRate: number): TensorFlow.Optimizer;
  lamb(learningRate: number): TensorFlow.Optimizer;
  snapshot(variables: readonly TensorFlow.Variable[]): Promise<Snapshot>;
  restoreSnapshot(variables: readonly TensorFlow.Variable[], saved: Snapshot): void;
}

/** What the suite needs of `@halftone/autocast`. */
export interface DefaultPolicyModule {
  setDefaultPolicy(policy: string): () => void;
}

/** A compiled layers model that sorts rows of 64 numbers into two classes, with batch norm in it. */
export interface FitModel {
  fit(
    x: TensorFlow.Tensor,
    y: TensorFlow.Tensor,
    args: { readonly epochs: number; readonly batchSize: number; readonly shuffle: false; readonly verbose: 0 },
  ): Promise<{ readonly history: Readonly<Record<string, readonly (number | TensorFlow.Tensor)[]>> }>;
  trainOnBatch(x: TensorFlow.Tensor, y: TensorFlow.Tensor): Promise<number | number[]>;
  dispose(): object;
}

/** The rooms of the suite. */
export type Room = 'skip' | 'half' | 'scale' | 'report' | 'resume' | 'accumulate' | 'clip' | 'scaler' | 'fit' | 'steady';

/** What registers a backend: the handle may tell its bytes. */
export interface RegisteredBackend {
  readonly backendName: string;
  memory?(): object;
  dispose(): void;
}

/** What a plug-in, or a backend of stock TensorFlow.js, hands in to have its training tested. */
export interface OptimizerSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  readonly register: () => Promise<RegisteredBackend>;
  /** `float32` where no plug-in is: then loss scaling alone is tested. */
  readonly policy: 'mixed_float16' | 'mixed_bfloat16' | 'float32';
  /** The copy of TensorFlow.js that the backend uses, with its gradients and chained operations registered (import `@tensorflow/tfjs`). */
  readonly tf: typeof TensorFlow;
  readonly optimizer: OptimizerModule;
  readonly lossScale: LossScaleModule;
  readonly autocast: DefaultPolicyModule;
  /** Makes a compiled model with the same weights each time. */
  readonly model: (optimizer: TensorFlow.Optimizer) => FitModel;
  /** Leaves rooms out that say nothing new here: those of a second number format or codec on one device. All of them unless given. */
  readonly rooms?: readonly Room[];
  /** Counts what `work` makes the device hand back; unless given, calls of the backend's `read` and `readSync`. */
  readonly readbacks?: (work: () => void) => Promise<number>;
}
