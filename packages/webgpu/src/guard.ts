import { engine, Tensor, version_core } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { missingInternals } from './internals.ts';

/** Two copies of tfjs-core share an engine but not their classes: variables and tensors are then not recognised. */
export function checkOneTfjs(backend: WebGPUBackend): void {
  const probe = engine().makeTensorFromTensorInfo(backend.makeTensorInfo([], 'float32', Float32Array.of(0)), backend);
  const same = probe.constructor === Tensor;
  probe.dispose();
  if (!same) {
    throw new Error(
      '[webgpu] two copies of @tensorflow/tfjs-core are loaded, got tensors of the other one. Install one version: npm ls @tensorflow/tfjs-core shows who brings the second.',
    );
  }
}

/** Why this tfjs is not one that the plug-in knows, or `null`. The caller then stays in float32; said once. */
export function unknownTfjs(backend: WebGPUBackend): string | null {
  const [major = 0, minor = 0] = version_core.split('.').map(Number);
  const missing = missingInternals(backend);
  const why =
    major !== 4 || minor < 22
      ? `tfjs-core ${version_core} is not >=4.22 <5`
      : missing.length > 0
        ? `tfjs's WebGPU backend lacks ${missing.join(', ')}`
        : null;
  if (why !== null) {
    console.warn(
      `[webgpu] ${why}: half storage is off and everything stays float32. Install @tensorflow/tfjs-core@4.22 and @tensorflow/tfjs-backend-webgpu@4.22.`,
    );
  }
  return why;
}
