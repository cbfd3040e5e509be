import type { BackendName } from '../backends.ts';

/** All that a process needs to know to time kernels. Plain JSON. */
export interface KernelSpec {
  readonly backend: BackendName;
  readonly policy: string;
  /** Names of the cases, in the order of their indices. */
  readonly cases: readonly string[];
}
