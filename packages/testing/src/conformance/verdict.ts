import type { ShardResult } from './protocol.ts';
import { UNEXPLAINED } from './reasons.ts';

/** What a run is held against: names that may fail, for one reason or another. */
export interface Allowed {
  /** Specs that fail in stock tfjs on the same driver. */
  readonly stock: Readonly<Record<string, unknown>>;
  /** Specs that fail in this mode for a reason that is written down. */
  readonly accepted: Readonly<Record<string, { readonly reason: string }>>;
  /** Specs that stock itself sometimes passes. */
  readonly flaky: Readonly<Record<string, unknown>>;
}

/** A run, sorted by what each spec's outcome means. */
export interface Verdict {
  readonly passed: number;
  /** Specs that fail here and neither in stock nor by a reason on the list. */
  readonly newFailures: Readonly<Record<string, string>>;
  readonly asInStock: readonly string[];
  readonly accepted: readonly string[];
  readonly flaky: readonly string[];
  /** Accepted specs that passed: the list of the mode may shrink. */
  readonly newlyPassing: readonly string[];
  /** Specs that fail in stock and passed here. */
  readonly betterThanStock: readonly string[];
  /** Accepted specs without a real reason. */
  readonly unexplained: readonly string[];
  readonly pending: number;
}

/**
 * Sorts the outcome of every spec by what it means.
 *
 * Pure.
 *
 * @returns `newFailures` and `unexplained` are what makes a run fail
 */
export function judge(result: Pick<ShardResult, 'passed' | 'failures' | 'pending'>, { stock, accepted, flaky }: Allowed): Verdict {
  const failing = Object.keys(result.failures);
  const isFlaky = (name: string): boolean => Object.hasOwn(flaky, name);
  const isStock = (name: string): boolean => !isFlaky(name) && Object.hasOwn(stock, name);
  const isAccepted = (name: string): boolean => !isFlaky(name) && !isStock(name) && Object.hasOwn(accepted, name);
  const known = failing.filter(isAccepted);
  return {
    passed: result.passed.length,
    newFailures: Object.fromEntries(
      Object.entries(result.failures).filter(([name]) => !isFlaky(name) && !isStock(name) && !isAccepted(name)),
    ),
    asInStock: failing.filter(isStock),
    accepted: known,
    flaky: failing.filter(isFlaky),
    newlyPassing: result.passed.filter(isAccepted),
    betterThanStock: result.passed.filter(isStock),
    unexplained: known.filter((name) => accepted[name]?.reason === UNEXPLAINED),
    pending: result.pending,
  };
}

/** The closing line of a run: failed counts what is new, skipped what tfjs leaves out and what is known to fail. */
export function closingLine(verdict: Verdict): string {
  const { passed, newFailures, asInStock, accepted, flaky, pending } = verdict;
  return `${passed} passed, ${Object.keys(newFailures).length} failed, ${pending + asInStock.length + accepted.length + flaky.length} skipped`;
}

/** Finds the specs that several runs of the same thing do not agree on, with how often each failed. */
export function findFlaky(runs: readonly Pick<ShardResult, 'failures'>[]): Record<string, string> {
  const names = new Set(runs.flatMap(({ failures }) => Object.keys(failures)));
  const uneven = [...names].map((name) => [name, runs.filter(({ failures }) => Object.hasOwn(failures, name))] as const);
  return Object.fromEntries(
    uneven
      .filter(([, failed]) => failed.length < runs.length)
      .map(([name, failed]) => [name, `failed in ${failed.length} of ${runs.length} runs: ${failed[0]?.failures[name] ?? ''}`]),
  );
}
