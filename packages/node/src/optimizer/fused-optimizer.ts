import type { FusedOptimizer } from '@halftone/autocast';
import type { Session } from '../backend/session.ts';
import { firstNonFinite } from '../non-finite.ts';
import { FlatLayouts } from './flat-layout.ts';
import { FlatTensors } from './flat-tensors.ts';
import { KINDS } from './formulas.ts';
import { Host } from './host.ts';
import { advanceScale, takeStep, withoutScale } from './step-run.ts';

/**
 * Makes the fused optimizer steps of the plug-in: whole steps as TensorFlow ops without a tfjs kernel in between, small
 * variables together as one vector, nothing read back. Decision 11 says why there are no resource variables.
 *
 * After `dispose()` every tensor that it made goes on by itself, and loss scales that it made can still be moved.
 *
 * @param session - of the plug-in; it is told what to do before it leaves
 * @returns the member `fusedOptimizer` of a plug-in
 */
export function createFusedOptimizer(session: Session): FusedOptimizer {
  const host = new Host(session);
  const layouts = new FlatLayouts(host.binding);
  const shared = { host, layouts, flats: new FlatTensors(host, layouts) };
  session.onDispose = () => {
    shared.flats.close();
    host.leave();
  };
  return {
    kinds: KINDS,
    step: (request) => takeStep(shared, request),
    advance: (request) => advanceScale(shared, request),
    firstNonFinite: (tensors, state) => {
      if (state === undefined) return firstNonFinite(session, tensors);
      const unscaled = withoutScale(shared, tensors, state);
      try {
        return firstNonFinite(session, unscaled);
      } finally {
        for (const info of unscaled) if (!tensors.includes(info)) host.drop(info);
      }
    },
  };
}
