import type { Bounds, Budget, RatioBudget } from './budgets.ts';
import { whole } from './figures.ts';

/** Counters of one measured step, by the names of the bounds. */
export type Measured = { readonly [Name in keyof Bounds]-?: number };

/** One bound and whether it holds. */
export interface Verdict {
  readonly passed: boolean;
  readonly line: string;
}

/**
 * The key of a measured step: `cnn mixed_float16`, `cnn stock`.
 *
 * @param contestant - a policy of ours, or `stock`
 */
export function stepKey(model: string, contestant: string): string {
  return `${model} ${contestant}`;
}

/**
 * Holds one step against its budget and against what it was when the code was last committed.
 *
 * Pure.
 *
 * @param now - the counters that the repository remembers; a counter may only fall, or be raised there with a reason in the commit
 */
export function budgetVerdicts({ model, policy, must, want }: Budget, measured: Measured, now: Bounds | undefined): readonly Verdict[] {
  const key = stepKey(model, policy);
  return names(must)
    .flatMap((name) => {
      const value = measured[name];
      const bound = must[name] ?? Number.POSITIVE_INFINITY;
      const wish = want?.[name];
      const wished = wish === undefined ? '' : `, ${value <= wish ? 'within' : 'above'} the wish of ${whole(wish)}`;
      const verdicts = [verdict(value <= bound, `${key}: ${name} ${whole(value)}, at most ${whole(bound)}${wished}`)];
      return verdicts;
    })
    .concat(names(now ?? {}).flatMap((name) => remembered(key, name, measured[name], now?.[name])));
}

function remembered(key: string, name: keyof Bounds, value: number, now: number | undefined): readonly Verdict[] {
  if (now === undefined) return [];
  const hint = value < now ? '; it fell, keep it: node apps/bench/dist/budgets.mjs --lower' : '';
  return [verdict(value <= now, `${key}: ${name} ${whole(value)}, no more than at the last commit, ${whole(now)}${hint}`)];
}

/** Holds a quotient of two steps against its budget. Pure; a step that was not measured fails. */
export function ratioVerdict({ model, counter, of, against, must }: RatioBudget, measured: ReadonlyMap<string, Measured>): Verdict {
  const ours = measured.get(stepKey(model, of))?.[counter];
  const theirs = measured.get(stepKey(model, against))?.[counter];
  const value = ours === undefined || theirs === undefined ? Number.NaN : ours / theirs;
  return verdict(value <= must, `${model}: ${counter} of ${of} over ${against} ${value.toFixed(3)}, at most ${must}`);
}

/** Holds the paired ratios of several attempts against a bound: it fails only where all attempts agree. Pure. */
export function timeVerdict(model: string, medians: readonly number[], must: number): Verdict {
  const best = Math.min(...medians);
  const shown = medians.map((value) => value.toFixed(2)).join(', ');
  return verdict(best <= must, `${model}: step time of mixed_float16 over stock ${shown}, at most ${must} in one of the attempts`);
}

/** What the repository remembers next: every counter no higher than it was, unless it is to be raised. Pure. */
export function nextBounds(measured: Measured, now: Bounds | undefined, { allow }: { readonly allow: 'lower' | 'raise' }): Bounds {
  const entries = names(measured).map((name) => [
    name,
    allow === 'raise' ? measured[name] : Math.min(measured[name], now?.[name] ?? Infinity),
  ]);
  return Object.fromEntries(entries) as Bounds;
}

const verdict = (passed: boolean, line: string): Verdict => ({ passed, line: `${passed ? 'passed' : 'FAILED'}: ${line}` });

const names = (bounds: Bounds): (keyof Bounds)[] => Object.keys(bounds) as (keyof Bounds)[];
