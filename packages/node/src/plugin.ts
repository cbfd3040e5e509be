import type { PrecisionPlugin } from '@halftone/autocast';
import type { Session } from './backend/session.ts';
import { BACKEND_NAME } from './library/load-library.ts';
import type { Capabilities } from './capabilities.ts';
import { remedyOf } from './capabilities.ts';
import { tensorFromBits } from './bits.ts';
import { firstNonFinite } from './non-finite.ts';
import { createFusedOptimizer } from './optimizer/index.ts';

/** What scopes and optimizers see of the plug-in. */
export function createPlugin(session: Session, capabilities: Capabilities): PrecisionPlugin {
  return {
    packageName: '@halftone/node',
    backendName: BACKEND_NAME,
    formats: capabilities.formats,
    missingFormat: remedyOf(capabilities),
    storageOf: (dataId) => session.storageOf(dataId),
    toStorage: (input, storage) => session.copy(input, storage),
    widen: (dataId) => session.convert(dataId, 'float32'),
    memory: {
      bytes: () => {
        const { bytes, peakBytes } = session.binding.ledger.bytes();
        return { usedBytes: bytes, peakBytes };
      },
      resetPeak: () => session.binding.ledger.resetPeak(),
    },
    ...(capabilities.float32Only === undefined ? whatAStepNeeds(session) : {}),
  };
}

function whatAStepNeeds(
  session: Session,
): Pick<PrecisionPlugin, 'fromBits' | 'hostScalar' | 'firstNonFinite' | 'fusedOptimizer' | 'endStep'> {
  return {
    fromBits: (bits, shape, format) => tensorFromBits(session, bits, shape, format),
    hostScalar: (dataId) => session.hostScalar(dataId),
    firstNonFinite: (tensors) => firstNonFinite(session, tensors),
    fusedOptimizer: createFusedOptimizer(session),
    endStep: () => session.binding.counters.endStep(),
  };
}
