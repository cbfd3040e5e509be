export type { BadMicroBatch } from './accumulator.ts';
export type { ClipOptions } from './clip.ts';
export { mixedPrecisionOptimizer } from './mixed-precision-optimizer.ts';
export type { StepOutcome, StepReport } from './step-report.ts';
export type { MixedPrecisionOptions } from './wrapper-options.ts';
export type { MixedPrecisionOptimizer, SavedLossScale } from './wrapper.ts';
