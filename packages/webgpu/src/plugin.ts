import type { PrecisionPlugin } from '@halftone/autocast';
import type { HalfBackend } from './backend.ts';
import { firstNonFinite } from './kernels/non-finite.ts';
import { createFusedOptimizer } from './optimizer/index.ts';

/** What scopes, policies and optimizers see of the backend; fused steps only where it fuses. */
export function createPlugin(
  backendName: string,
  backend: HalfBackend,
  { halves, maxBytes }: { readonly halves: boolean; readonly maxBytes: number | undefined },
): PrecisionPlugin {
  return {
    packageName: '@halftone/webgpu',
    backendName,
    formats: halves ? ['float16', 'bfloat16'] : [],
    storageOf: (dataId) => backend.storageOf(dataId),
    toStorage: (input, storage) => backend.toStorage(input, storage),
    fromBits: (bits, shape, format) => backend.fromBits(bits, shape, format),
    widen: (dataId) => backend.widen(dataId),
    hostScalar: (dataId) => backend.hostScalar(dataId),
    firstNonFinite: (tensors) => firstNonFinite(backend, tensors),
    memory: {
      bytes: () => {
        backend.flush(); // what was asked for is held, once it has run
        const { physicalBytes, peakBytes } = backend.ledger.bytes();
        return { usedBytes: physicalBytes, peakBytes };
      },
      resetPeak: () => {
        backend.flush();
        backend.ledger.trim();
        backend.ledger.resetPeak();
      },
      ...(maxBytes === undefined ? {} : { maxBytes }),
    },
    ...(backend.lazy === null
      ? {}
      : { fusedOptimizer: createFusedOptimizer(backend, backend.traits), endStep: () => backend.lazy?.endStep() }),
  };
}
