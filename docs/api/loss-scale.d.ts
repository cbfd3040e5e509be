interface LossScaleState {
    readonly scale: number;
    readonly goodSteps: number;
    readonly skippedInRow: number;
    readonly skipped: number;
    readonly applied: number;
}
type LossScaleKind = "none" | "static" | "dynamic";
interface LossScaleRule {
    readonly initialScale: number;
    readonly growthFactor: number;
    readonly backoffFactor: number;
    readonly growthInterval: number;
    readonly minScale: number;
    readonly maxScale: number;
    readonly maxConsecutiveSkips: number;
    readonly hysteresis: number;
}
interface LossScale {
    readonly kind: LossScaleKind;
    readonly options: LossScaleRule;
    init(): LossScaleState;
    next(state: LossScaleState, finite: boolean): LossScaleState;
    restore(state: unknown): LossScaleState;
}
type DynamicLossScaleOptions = Partial<LossScaleRule>;
declare function dynamicLossScale(options?: DynamicLossScaleOptions): LossScale;
interface FixedLossScaleOptions {
    readonly maxConsecutiveSkips?: number;
}
declare function noLossScale(options?: FixedLossScaleOptions): LossScale;
declare function staticLossScale(scale: number, options?: FixedLossScaleOptions): LossScale;
type Stage = "ready" | "unscaled" | "stepped";
type StageCall = "unscale" | "step" | "update";
type StepOrderReason = "not-scaled" | "nothing-checked" | "no-gradients" | "unscaled-twice" | "unscaled-after-step" | "stepped-twice";
declare class StepOrderError extends Error {
    override readonly name = "StepOrderError";
    readonly reason: StepOrderReason;
    constructor(reason: StepOrderReason, message: string);
}
declare function nextStage(stage: Stage, call: StageCall): Stage;
interface StepGuard {
    readonly enabled: boolean;
    readonly scaled: boolean;
    readonly stages: Readonly<Record<string, Stage>>;
    readonly checked: readonly string[];
}
type GuardedCall = {
    readonly call: "scale";
} | {
    readonly call: "unscale" | "step";
    readonly optimizer: string;
    readonly gradients: number;
} | {
    readonly call: "update";
    readonly newScale?: number;
};
declare function createStepGuard({ enabled }?: {
    readonly enabled?: boolean;
}): StepGuard;
declare function guardCall(guard: StepGuard, event: GuardedCall): StepGuard;
interface LossScaleVerdict {
    readonly status: "ok" | "warn" | "give-up";
    readonly message?: string;
}
interface VerdictContext {
    readonly firstBad?: string;
}
declare function lossScaleVerdict(machine: LossScale, state: LossScaleState, context?: VerdictContext): LossScaleVerdict;
export { type DynamicLossScaleOptions, type FixedLossScaleOptions, type GuardedCall, type LossScale, type LossScaleKind, type LossScaleRule, type LossScaleState, type LossScaleVerdict, type Stage, type StageCall, type StepGuard, StepOrderError, type StepOrderReason, type VerdictContext, createStepGuard, dynamicLossScale, guardCall, lossScaleVerdict, nextStage, noLossScale, staticLossScale };
