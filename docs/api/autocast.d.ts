import { HalfPrecision, OpClass, Policy, Precision } from "@halftone/policy";
import { GradConfig, NamedTensorInfoMap, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
type Storage = Precision;
interface PrecisionPlugin {
    readonly packageName: string;
    readonly backendName: string;
    readonly formats: readonly HalfPrecision[];
    readonly missingFormat?: string;
    storageOf(dataId: object): Storage;
    toStorage(input: TensorInfo, storage: Storage): TensorInfo;
    fromBits?(bits: Uint16Array, shape: readonly number[], format: HalfPrecision): TensorInfo;
    widen(dataId: object): void;
    hostScalar?(dataId: object): number | undefined;
    firstNonFinite?(tensors: readonly TensorInfo[]): TensorInfo;
    readonly fusedOptimizer?: FusedOptimizer;
    endStep?(): void;
    readonly memory?: PluginMemory;
}
interface PluginMemory {
    bytes(): {
        readonly usedBytes: number;
        readonly peakBytes: number;
    };
    resetPeak(): void;
    readonly maxBytes?: number;
}
type FusedKind = "sgd" | "momentum" | "nesterov" | "adam" | "adamw" | "adamax" | "adagrad" | "adadelta" | "rmsprop" | "rmsprop-centered" | "lamb";
interface FusedVariable {
    readonly gradient: TensorInfo;
    readonly value: TensorInfo;
    readonly slots: readonly TensorInfo[];
    readonly decay?: number;
}
interface FusedScaleRule {
    readonly growthFactor: number;
    readonly backoffFactor: number;
    readonly growthInterval: number;
    readonly minScale: number;
    readonly maxScale: number;
    readonly hysteresis: number;
}
type FusedVerdict = {
    readonly by: "check";
    readonly rule: FusedScaleRule;
} | {
    readonly by: "flags";
    readonly flags: TensorInfo;
    readonly rule: FusedScaleRule;
} | {
    readonly by: "flag";
    readonly flag: TensorInfo;
} | {
    readonly by: "none";
};
interface FusedStepRequest {
    readonly kind: FusedKind;
    readonly rates: Readonly<Record<string, number>>;
    readonly variables: readonly FusedVariable[];
    readonly powers: readonly TensorInfo[];
    readonly clip: {
        readonly norm?: number;
        readonly variableNorm?: number;
        readonly value?: number;
    };
    readonly state: TensorInfo | null;
    readonly seed?: TensorInfo | null;
    readonly unscale: boolean;
    readonly verdict: FusedVerdict;
}
interface FusedScaleState {
    readonly state: TensorInfo;
    readonly seed: TensorInfo;
}
interface FusedStepResult {
    readonly variables: readonly {
        readonly value: TensorInfo;
        readonly slots: readonly TensorInfo[];
    }[];
    readonly powers: readonly TensorInfo[];
    readonly scale: (FusedScaleState & {
        readonly applied: TensorInfo | null;
    }) | null;
}
interface FusedOptimizer {
    readonly kinds: readonly FusedKind[];
    step(request: FusedStepRequest): FusedStepResult;
    advance(request: {
        readonly state: TensorInfo;
        readonly seed?: TensorInfo | null;
        readonly flags: TensorInfo;
        readonly rule: FusedScaleRule;
    }): FusedScaleState;
    firstNonFinite(tensors: readonly TensorInfo[], state?: TensorInfo): TensorInfo;
}
declare function registerPlugin(plugin: PrecisionPlugin): () => void;
declare function pluginFor(backendName: string): PrecisionPlugin | undefined;
interface Operand {
    readonly storage: Storage;
    readonly size: number;
    readonly rank: number;
    readonly variable: boolean;
    readonly mask?: boolean;
    readonly value?: number | undefined;
}
interface Choice {
    readonly opClass: OpClass;
    readonly half: HalfPrecision | null;
    readonly forced: boolean;
    readonly why: string;
}
declare const TINY_SIZE = 256;
declare function decide(policy: Policy | null, kernelName: string, operands: readonly Operand[]): Choice;
interface KernelDecision extends Choice {
    readonly kernelName: string;
    readonly plugin: PrecisionPlugin;
    readonly inputs: readonly TensorInfo[];
    readonly nested: boolean;
    readonly fromBoolean: boolean;
    readonly fromParameters: boolean;
}
interface KernelRecord {
    readonly kernelName: string;
    readonly opClass: OpClass;
    readonly storageIn: readonly Storage[];
    readonly storageOut: readonly Storage[];
    readonly why: string;
}
declare function beginKernel(plugin: PrecisionPlugin, kernelName: string, inputs: NamedTensorInfoMap): KernelDecision;
declare function outputStorage(decision: KernelDecision, size: number): Storage;
declare function endKernel(decision: KernelDecision, outputs: TensorInfo | readonly TensorInfo[]): void;
interface Explanation<T> {
    readonly result: T;
    readonly kernels: readonly KernelRecord[];
}
declare function explain<T>(fn: () => T): Explanation<T>;
declare function treatAsParameter(tensor: Tensor): () => void;
declare function replaceGradient(kernelName: string, replace: (previous: GradConfig) => GradConfig): () => void;
declare function autocast<T>(policy: Policy | string, fn: () => T): T;
declare function fullPrecision<T>(fn: () => T): T;
declare function setDefaultPolicy(policy: Policy | string): () => void;
declare function currentPolicy(): Policy | null;
declare function storageOf(tensor: Tensor): Storage;
declare function toStorage<T extends Tensor>(tensor: T, storage: Storage): T;
export { type Choice, type Explanation, type FusedKind, type FusedOptimizer, type FusedScaleRule, type FusedStepRequest, type FusedStepResult, type FusedVariable, type FusedVerdict, type KernelDecision, type KernelRecord, type Operand, type PluginMemory, type PrecisionPlugin, type Storage, TINY_SIZE, autocast, beginKernel, currentPolicy, decide, endKernel, explain, fullPrecision, outputStorage, pluginFor, registerPlugin, replaceGradient, setDefaultPolicy, storageOf, toStorage, treatAsParameter };
