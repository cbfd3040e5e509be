import type { SpecChoice } from './spec-choice.ts';

/** What the parent process tells a shard, as JSON in its one argument. */
export interface ShardTask {
  /** The bundle of specs and set-up. */
  readonly bundle: string;
  /** Whether the set-up needs WebGPU. */
  readonly gpu: boolean;
  readonly choice: SpecChoice;
}

/** What a shard found; names are unique and carry neither backend nor flags. */
export interface ShardResult {
  readonly backend: string;
  /** The device in its driver's words. */
  readonly device: string;
  readonly passed: readonly string[];
  readonly failures: Readonly<Record<string, string>>;
  /** Specs that tfjs itself leaves out. */
  readonly pending: number;
}

/** What a shard sends: the name of each spec as it starts, and its result at the end. */
export type ShardMessage = { readonly running: string } | { readonly result: ShardResult };

/** What a set-up module hands back. */
export interface SpecSetup {
  readonly backendName: string;
  readonly device: string;
  /** Whether the backend can read data synchronously: more specs apply then. */
  readonly isDataSync: boolean;
  /** Another backend that the one under test needs alive. */
  readonly runsOn?: string;
  /** Takes the plug-in out and registers it again, where a suite may break it. */
  readonly renew?: () => Promise<void>;
  readonly flags?: Readonly<Record<string, boolean | number>>;
}

/** The name under which every backend runs the specs, so that results of two backends can be compared. */
export const ENVIRONMENT_NAME = 'specs';
