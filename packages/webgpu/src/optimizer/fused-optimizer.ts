import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedOptimizer, FusedStepRequest, FusedStepResult } from '@halftone/autocast';
import type { DeviceTraits } from '../kernels/kernel-source.ts';
import type { FusedHost } from './fused-host.ts';
import { decide } from './decide.ts';
import { sizeOf } from './ports.ts';
import { StepRun } from './step-run.ts';
import { KINDS } from './update-rules.ts';

/**
 * Makes the fused optimizer steps of a plug-in: every kernel goes to `host`, nothing is read back, and what is changed in
 * place keeps its old value for whoever holds an old handle.
 *
 * A step is at most: one look at the gradients (a dispatch for as many as the device can bind), one decision, and updates of
 * as many variables a dispatch as it can bind. Without a scale, a norm or powers of beta it is the updates alone.
 *
 * @param host - the backend
 * @param traits - its device; `maxStorageBuffers` says how many variables share a dispatch
 * @returns the member `fusedOptimizer` of a plug-in
 */
export function createFusedOptimizer(host: FusedHost, traits: DeviceTraits): FusedOptimizer {
  return {
    kinds: KINDS,
    step: (request: FusedStepRequest): FusedStepResult => new StepRun(host, traits).step(request),
    advance: ({ state, seed, flags, rule }: Parameters<FusedOptimizer['advance']>[0]) => {
      const decided = decide({ ...STILL, by: 'flags', flag: flags, state, seed: seed ?? null, rule });
      const results = host.record(decided.request);
      return { state: results[decided.state] as TensorInfo, seed: results[decided.seed] as TensorInfo };
    },
    firstNonFinite: (tensors: readonly TensorInfo[], state?: TensorInfo): TensorInfo => {
      const run = new StepRun(host, traits);
      const looked = tensors.flatMap((gradient, which) =>
        gradient.dtype === 'float32' && sizeOf(gradient) > 0 ? [{ gradient, size: sizeOf(gradient), which }] : [],
      );
      const notes = looked.length === 0 ? null : run.survey(looked, { state: state ?? null, norm: false }).notes;
      const decided = decide({ ...STILL, notes, by: notes === null ? 'none' : 'notes', tells: 'position' });
      const position = host.record(decided.request)[decided.position] as TensorInfo;
      run.finish();
      return position;
    },
  };
}

/** A decision about nothing. */
const STILL = {
  notes: null,
  notesEach: 1,
  norm: false,
  by: 'none',
  flag: null,
  state: null,
  seed: null,
  rule: null,
  unscale: false,
  powers: [],
  powerRule: 'none',
  tells: 'nothing',
  scalars: {},
} as const;
