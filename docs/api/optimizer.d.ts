import { NamedTensorMap, Optimizer, Scalar, Tensor, Variable, serialization } from "@tensorflow/tfjs-core";
import { LossScale, LossScaleState } from "@halftone/loss-scale";
import { Policy } from "@halftone/policy";
type GradientInput = NamedTensorMap | readonly {
    readonly name: string;
    readonly tensor: Tensor | null | undefined;
}[];
type BadMicroBatch = "drop-window" | "drop-one";
type OptimizerWeights$1 = Awaited<ReturnType<Optimizer["getWeights"]>>;
interface MomentOptions {
    readonly beta1?: number;
    readonly beta2?: number;
    readonly epsilon?: number;
    readonly weightDecay?: number;
    readonly excludeFromDecay?: readonly string[];
}
declare abstract class MomentOptimizer extends Optimizer {
    #private;
    learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    readonly excludeFromDecay: readonly string[];
    constructor(learningRate: number, options: MomentOptions);
    protected abstract move(value: Tensor, step: {
        readonly direction: Tensor;
        readonly decay: number;
    }): Tensor;
    override applyGradients(gradients: GradientInput): void;
    override dispose(): void;
    override getWeights(): Promise<OptimizerWeights$1>;
    override setWeights(weightValues: OptimizerWeights$1): Promise<void>;
    override getConfig(): {
        [name: string]: number | string[];
    };
}
declare class AdamWOptimizer extends MomentOptimizer {
    static get className(): string;
    protected override move(value: Tensor, { direction, decay }: {
        readonly direction: Tensor;
        readonly decay: number;
    }): Tensor;
    static override fromConfig<T extends serialization.Serializable>(cls: serialization.SerializableConstructor<T>, config: serialization.ConfigDict): T;
}
declare function adamW(learningRate?: number, options?: MomentOptions): AdamWOptimizer;
interface ClipOptions {
    readonly clipNorm?: number;
    readonly clipVariableNorm?: number;
    readonly clipValue?: number;
}
declare function disposeTapeOnError<T>(work: () => T): T;
type StepPath = "fused" | "no-plug-in" | "unknown-optimizer" | "unusual-variables";
interface LossGradients {
    readonly value: Scalar;
    readonly grads: NamedTensorMap;
}
type StepOutcome = "applied" | "non-finite" | "no-gradients" | "none-yet";
interface StepReport {
    readonly step: number;
    readonly applied: boolean;
    readonly foundNonFinite: boolean;
    readonly firstNonFinite: string | null;
    readonly outcome: StepOutcome;
    readonly scale: number;
    readonly goodSteps: number;
    readonly skippedInRow: number;
    readonly skipped: number;
    readonly appliedSteps: number;
}
interface SavedLossScale {
    readonly version: 1;
    readonly kind: LossScale["kind"];
    readonly state: LossScaleState;
}
interface GradScalerOptions {
    readonly lossScale?: LossScale;
    readonly policy?: Policy | string;
    readonly skipAll?: boolean;
    readonly statusEvery?: number;
    readonly onStep?: (report: StepReport) => void;
}
interface ScalerStepOptions extends ClipOptions {
    readonly gradients?: "scaled" | "unscaled";
}
interface StepVerdict {
    readonly optimizer: Optimizer;
    readonly applied: Tensor | null;
}
type StepListener = (verdict: StepVerdict) => void;
declare class GradScaler {
    #private;
    constructor(options: GradScalerOptions);
    variableGrads(f: () => Scalar, varList?: readonly Variable[]): LossGradients;
    scale<T extends Tensor>(loss: T): T;
    accumulate(total: NamedTensorMap | null, gradients: NamedTensorMap): NamedTensorMap;
    unscale(gradients: GradientInput): NamedTensorMap;
    step(optimizer: Optimizer, gradients: GradientInput, options?: ScalerStepOptions): void;
    apply(optimizer: Optimizer, gradients: GradientInput, options?: ScalerStepOptions): void;
    update(newScale?: number): void;
    stepPath(optimizer: Optimizer): StepPath | null;
    afterStep(listener: StepListener): () => void;
    get unfinished(): string | null;
    lastStep(): Promise<StepReport>;
    lossScaleState(): Promise<LossScaleState>;
    toJSON(): SavedLossScale;
    restore(saved: SavedLossScale): void;
    dispose(): void;
}
declare function gradScaler(options?: GradScalerOptions): GradScaler;
declare class LambOptimizer extends MomentOptimizer {
    static get className(): string;
    protected override move(value: Tensor, { direction, decay }: {
        readonly direction: Tensor;
        readonly decay: number;
    }): Tensor;
    static override fromConfig<T extends serialization.Serializable>(cls: serialization.SerializableConstructor<T>, config: serialization.ConfigDict): T;
}
declare function lamb(learningRate?: number, options?: MomentOptions): LambOptimizer;
interface MixedPrecisionOptions extends ClipOptions {
    readonly policy?: Policy | string;
    readonly lossScale?: LossScale;
    readonly accumulate?: number;
    readonly onBadMicroBatch?: BadMicroBatch;
    readonly learningRate?: (appliedSteps: number) => number;
    readonly statusEvery?: number;
    readonly onStep?: (report: StepReport) => void;
}
type OptimizerWeights = Awaited<ReturnType<Optimizer["getWeights"]>>;
declare class MixedPrecisionOptimizer extends Optimizer {
    #private;
    readonly inner: Optimizer;
    constructor(inner: Optimizer, options: MixedPrecisionOptions);
    override computeGradients(f: () => Scalar, varList?: Variable[]): {
        value: Scalar;
        grads: NamedTensorMap;
    };
    override minimize(f: () => Scalar, returnCost?: boolean, varList?: Variable[]): Scalar | null;
    override applyGradients(gradients: GradientInput): void;
    get stepPath(): StepPath | null;
    afterStep(listener: StepListener): () => void;
    get unfinished(): string | null;
    lastStep(): Promise<StepReport>;
    lossScaleState(): Promise<LossScaleState>;
    toJSON(): SavedLossScale;
    restore(saved: SavedLossScale): void;
    override getClassName(): string;
    override getConfig(): serialization.ConfigDict;
    override get iterations(): number;
    get learningRate(): number | undefined;
    set learningRate(learningRate: number);
    setLearningRate(learningRate: number): void;
    override getWeights(): Promise<OptimizerWeights>;
    override setWeights(weightValues: OptimizerWeights): Promise<void>;
    unwrap(): Optimizer;
    override dispose(): void;
}
declare function mixedPrecisionOptimizer(inner: Optimizer, options?: MixedPrecisionOptions): MixedPrecisionOptimizer;
interface OptimizerSlot {
    readonly list: string;
    readonly index: number;
    readonly originalName: string;
    readonly variable: Variable;
}
interface OptimizerState {
    readonly className: string;
    readonly config: serialization.ConfigDict;
    readonly iterations: number;
    readonly learningRate: number | undefined;
    readonly slots: readonly OptimizerSlot[];
    readonly powers: readonly {
        readonly name: string;
        readonly variable: Variable;
    }[];
}
interface SavedOptimizerState {
    readonly iterations: number;
    readonly learningRate?: number | undefined;
    readonly slots: readonly (Omit<OptimizerSlot, "variable"> & {
        readonly value: Tensor;
    })[];
    readonly powers: readonly {
        readonly name: string;
        readonly value: Tensor;
    }[];
}
declare function optimizerState(optimizer: Optimizer): OptimizerState;
declare function setOptimizerState(optimizer: Optimizer, { iterations, learningRate, slots, powers }: SavedOptimizerState): void;
interface SnapshotEntry {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: Variable["dtype"];
    readonly values: Float32Array | Int32Array | Uint8Array;
}
type Snapshot = readonly SnapshotEntry[];
declare function snapshot(variables: readonly Variable[]): Promise<Snapshot>;
declare function restoreSnapshot(variables: readonly Variable[], saved: Snapshot): void;
export { AdamWOptimizer, type BadMicroBatch, type ClipOptions, type GradScaler, type GradScalerOptions, type GradientInput, LambOptimizer, type LossGradients, type MixedPrecisionOptimizer, type MixedPrecisionOptions, type MomentOptimizer, type MomentOptions, type OptimizerSlot, type OptimizerState, type SavedLossScale, type SavedOptimizerState, type ScalerStepOptions, type Snapshot, type SnapshotEntry, type StepListener, type StepOutcome, type StepPath, type StepReport, type StepVerdict, adamW, disposeTapeOnError, gradScaler, lamb, mixedPrecisionOptimizer, optimizerState, restoreSnapshot, setOptimizerState, snapshot };
