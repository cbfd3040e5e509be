import type { Tensor } from '@tensorflow/tfjs-core';
import { autocast, fullPrecision } from '@halftone/autocast';
import type { Method } from '../layers/own-method.ts';
import { overrideMethod } from '../layers/own-method.ts';
import { state } from '../layers/state.ts';
import { executorsOf } from './graph-view.ts';
import { watchRange } from './range-watch.ts';
import type { GraphRecord } from './record.ts';
import { fly, whenIdle } from './record.ts';
import { restoreWeights } from './restore-weights.ts';
import { settle } from './settle.ts';

/**
 * Puts our methods on a Graph model. `predict` and `predictAsync` go through the two that run.
 *
 * A run of `executeAsync` awaits between ops, but runs all that are ready in one synchronous `processStack` of the executor that is
 * at work, the model's own or that of a function: a scope around each of these is open exactly while ops of this model run.
 */
export function attachGraph(record: GraphRecord): void {
  const { model, undo } = record;
  const override = (target: object, name: string, wrap: (original: Method) => Method): void =>
    void undo.push(overrideMethod(target, name, wrap));
  override(model, 'execute', (original) => (...args) => {
    settle(record);
    const result = autocast(record.policy, () => original(...args));
    watchRange(record, args, result);
    return result;
  });
  override(model, 'executeAsync', (original) => (...args) => {
    settle(record);
    const run = async (): Promise<unknown> => finished(record, args, await (original(...args) as Promise<unknown>));
    return record.settling === null ? fly(record, run) : record.settling.then(() => fly(record, run));
  });
  override(model, 'executeInitializerGraph', (original) => () => fullPrecision(original)); // tables, not activations
  override(model, 'dispose', (original) => () => {
    record.narrowed.clear(); // they go with the model
    detachGraph(record);
    return original();
  });
  for (const executor of executorsOf(model)) {
    override(
      executor,
      'processStack',
      (original) =>
        (...args) =>
          runReady(record, () => original(...args)),
    );
  }
}

/** Takes everything off again. Weights come back when no run needs the halves any more. */
export function detachGraph(record: GraphRecord): void {
  record.live = false;
  for (const undo of record.undo.splice(0).reverse()) undo();
  state().graphs.delete(record.model);
  whenIdle(record, () => restoreWeights(record));
}

/** One synchronous stretch of ops. The promises of ops that wait are handed through unseen: a scope returns no promise. */
function runReady({ policy }: GraphRecord, run: () => unknown): unknown {
  let promises: unknown;
  autocast(policy, () => {
    promises = run();
  });
  if (Array.isArray(promises)) return promises;
  throw new Error(
    '[models] this version of tfjs-converter is unknown, got a processStack that returns no list. Install @tensorflow/tfjs-converter 4.22, or a newer @halftone/models.',
  );
}

/** What leaves the model is float32, as it is from `execute`. */
function finished(record: GraphRecord, args: readonly unknown[], result: unknown): unknown {
  if (record.live) autocast(record.policy, () => result as Tensor | Tensor[]);
  watchRange(record, args, result);
  return result;
}
