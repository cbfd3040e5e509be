import type { PrecisionPlugin } from '@halftone/autocast';

/** The types of the plug-in's contract, under their own names. */
export type FusedOptimizer = NonNullable<PrecisionPlugin['fusedOptimizer']>;
export type FusedKind = FusedOptimizer['kinds'][number];
export type FusedStepRequest = Parameters<FusedOptimizer['step']>[0];
export type FusedStepResult = ReturnType<FusedOptimizer['step']>;
export type FusedVariable = FusedStepRequest['variables'][number];
export type AdvanceRequest = Parameters<FusedOptimizer['advance']>[0];
export type FusedScaleRule = AdvanceRequest['rule'];
