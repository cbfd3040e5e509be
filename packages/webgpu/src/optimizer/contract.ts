import type { PrecisionPlugin } from '@halftone/autocast';
import type { Recorder } from '../graph/record.ts';

/** The types of the plug-in's contract, under their own names. */
export type FusedOptimizer = NonNullable<PrecisionPlugin['fusedOptimizer']>;
export type FusedKind = FusedOptimizer['kinds'][number];
export type FusedStepRequest = Parameters<FusedOptimizer['step']>[0];
export type FusedStepResult = ReturnType<FusedOptimizer['step']>;
export type FusedVerdict = FusedStepRequest['verdict'];
export type FusedVariable = FusedStepRequest['variables'][number];
export type AdvanceRequest = Parameters<FusedOptimizer['advance']>[0];
export type FusedScaleRule = AdvanceRequest['rule'];

/** What a fused step needs of the backend: a place for its kernels, and a way to let go of what is only in between. */
export interface FusedHost extends Recorder {
  disposeData(dataId: object): unknown;
}
