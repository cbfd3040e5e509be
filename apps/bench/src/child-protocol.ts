import type { FitOrder, FitProbe } from './fit/fit-probe.ts';
import type { KernelResult } from './kernels/kernel-result.ts';
import type { KernelSpec } from './kernels/kernel-spec.ts';
import type { Counted, Timed } from './step-result.ts';
import type { StepSpec } from './step-spec.ts';

/** What a measuring process is told; it answers each with one message. */
export type Order =
  | { readonly kind: 'count'; readonly spec: StepSpec }
  | { readonly kind: 'time'; readonly steps: number }
  | { readonly kind: 'fit'; readonly order: FitOrder }
  | { readonly kind: 'open-kernels'; readonly spec: KernelSpec }
  | { readonly kind: 'time-kernel'; readonly index: number };

/** What it answers. */
export type Answer =
  | { readonly kind: 'counted'; readonly counted: Counted }
  | { readonly kind: 'timed'; readonly timed: Timed }
  | { readonly kind: 'fitted'; readonly probe: FitProbe }
  | { readonly kind: 'opened'; readonly device: string }
  | { readonly kind: 'kernel'; readonly result: KernelResult }
  | { readonly kind: 'failed'; readonly message: string };
