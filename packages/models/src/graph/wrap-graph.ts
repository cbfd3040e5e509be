import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Policy } from '@halftone/policy';
import { state } from '../layers/state.ts';
import { attachGraph } from './attach-graph.ts';
import { graphViewOf } from './graph-view.ts';
import type { GraphPrecisionOptions } from './options.ts';
import { checkGraphOptions } from './options.ts';
import { CHECKS } from './range-watch.ts';
import type { GraphRecord } from './record.ts';
import { graphRecord } from './record.ts';
import { settle } from './settle.ts';

/** Puts a Graph model into mixed precision, or changes the policy and options of one that is. */
export function wrapGraph(model: GraphModel, policy: Policy, options: GraphPrecisionOptions): void {
  const view = graphViewOf(model, 'mixedPrecision()');
  checkGraphOptions(options);
  const known = graphRecord(model);
  if (known !== undefined) {
    Object.assign(known, { policy, options, checks: CHECKS });
    return settle(known);
  }
  const record: GraphRecord = {
    model: view,
    policy,
    options,
    settledFor: null,
    settling: null,
    weights: new Map(),
    narrowed: new Map(),
    unmark: [],
    flights: 0,
    idle: [],
    checks: CHECKS,
    undo: [],
    live: true,
  };
  state().graphs.set(model, record);
  attachGraph(record);
  settle(record);
}
