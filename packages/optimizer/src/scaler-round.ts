import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { Chooser } from './chooser.ts';
import type { ForwardPass, NamedCheck } from './gradient-tags.ts';
import { allFinite, joinChecks } from './joined-checks.ts';
import type { UndoLog } from './undo-log.ts';

/** One optimizer's step, with the checks that decide whether it takes place. */
interface RoundStep {
  readonly optimizer: Optimizer;
  readonly checks: readonly NamedCheck[];
}

/** Something to be undone if one of its checks was bad; `null` waits for the verdict over the whole round. */
interface OpenLog {
  readonly log: UndoLog;
  readonly checks: ReadonlySet<NamedCheck> | null;
}

/** What one round found: the flag of every optimizer that stepped, and of all together. Owned by the caller. */
export interface RoundVerdict {
  readonly all: NamedCheck;
  readonly steps: readonly { readonly optimizer: Optimizer; readonly finite: Tensor }[];
}

/** All that happens between two updates of the scale. */
export class ScalerRound {
  readonly #checks: NamedCheck[] = [];
  readonly #unused = new Set<NamedCheck>();
  readonly #logs: OpenLog[] = [];
  readonly #passes: ForwardPass[] = [];
  readonly #steps: RoundStep[] = [];

  /** Whether any gradient was looked at. */
  get checked(): boolean {
    return this.#checks.length > 0;
  }

  addPass(pass: ForwardPass): void {
    if (pass.log.empty) return;
    this.#passes.push(pass);
    this.#logs.push(pass);
  }

  /** Notes a check; `passes` are the forward passes that its gradients came from, all open ones where that is not known. */
  addCheck(check: NamedCheck, { passes, used }: { readonly passes: readonly ForwardPass[] | null; readonly used: boolean }): void {
    this.#checks.push(check);
    if (!used) this.#unused.add(check);
    for (const pass of passes ?? this.#passes) pass.checks.add(check);
  }

  /** The checks of `unscale` calls that no step has used: they count for gradients of unknown origin. */
  unusedChecks(): NamedCheck[] {
    return [...this.#unused];
  }

  addStep(step: RoundStep): void {
    for (const check of step.checks) this.#unused.delete(check);
    this.#steps.push(step);
  }

  /** Leaves a step undecided until the round closes. */
  addOpenLog(log: UndoLog): void {
    this.#logs.push({ log, checks: null });
  }

  /** Joins all checks, keeps or undoes what is open, newest first, and frees the rest. `null` when nothing was checked. */
  close({ skipAll }: { readonly skipAll: boolean }): RoundVerdict | null {
    if (this.#checks.length === 0) {
      for (const { log } of this.#logs) log.forget();
      return null;
    }
    const all = joinChecks(this.#checks);
    const settled = new Map<object, object>();
    for (const { log, checks } of this.#logs.reverse()) {
      if (checks?.size === 0) log.forget();
      else settleBy(log, { finite: skipAll || checks === null ? all.finite.clone() : allFinite(checks), settled });
    }
    const steps = this.#steps.map(({ optimizer, checks }) => ({ optimizer, finite: skipAll ? all.finite.clone() : allFinite(checks) }));
    this.#free();
    return { all, steps };
  }

  /** Keeps everything that is open and frees the rest. */
  abandon(): void {
    for (const { log } of this.#logs) log.forget();
    this.#free();
  }

  #free(): void {
    dispose(this.#checks.flatMap(({ finite, firstBad }) => [finite, firstBad]));
  }
}

function settleBy(log: UndoLog, { finite, settled }: { readonly finite: Tensor; readonly settled: Map<object, object> }): void {
  const chooser = new Chooser(finite);
  log.settle(chooser, settled);
  chooser.dispose();
  finite.dispose();
}
