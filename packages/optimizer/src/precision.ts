import { engine } from '@tensorflow/tfjs-core';
import type { Policy } from '@halftone/policy';
import { autocast, fullPrecision, pluginFor } from '@halftone/autocast';

/** Runs under a policy where the current backend can; on stock tfjs everything is float32 already and loss scaling works alone. */
export function underPolicy<T>(policy: Policy | null, fn: () => T): T {
  return policy !== null && currentPlugin() !== undefined ? autocast(policy, fn) : fn();
}

/** As `underPolicy`; what comes out stays stored as it was computed, for kernels that take it as it is. */
export function underPolicyAsStored<T>(policy: Policy | null, fn: () => T): T {
  return underPolicy(policy === null ? null : { ...policy, output: policy.compute }, fn);
}

/** Runs in float32 on every backend: the optimizer's maths, clipping, accumulation, the scale itself. */
export function inFloat32<T>(fn: () => T): T {
  return fullPrecision(fn);
}

/** The precision plug-in of the current backend, if it has one. */
export function currentPlugin(): ReturnType<typeof pluginFor> {
  const backendName: string | undefined = engine().backendName;
  return backendName === undefined ? undefined : pluginFor(backendName);
}
