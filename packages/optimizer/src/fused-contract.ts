import type { PrecisionPlugin } from '@halftone/autocast';

/** The types of the plug-in's contract, under their own names. */
export type FusedOptimizer = NonNullable<PrecisionPlugin['fusedOptimizer']>;
export type FusedKind = FusedOptimizer['kinds'][number];
export type FusedStepRequest = Parameters<FusedOptimizer['step']>[0];
export type FusedVerdict = FusedStepRequest['verdict'];
export type FusedStepResult = ReturnType<FusedOptimizer['step']>;
