import type { AdapterClass } from '../kernel-source.ts';

/** Invocations of a workgroup of the pooling kernels: each works alone, so only occupancy counts. */
export const POOL_WORKGROUP: Readonly<Record<AdapterClass, number>> = { cpu: 64, integrated: 64, discrete: 128, mobile: 64, unknown: 64 };
