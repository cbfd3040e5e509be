import type { Tensor } from '@tensorflow/tfjs-core';
import { fullPrecision } from '@halftone/autocast';
import { restoreLosses, widenLosses } from './float32-losses.ts';
import { narrowFrozen, settleHalfVariables, weightsToNarrow, widenTrained, widenWhatIsDue } from './frozen-weights.ts';
import { widenWeight } from './half-weight.ts';
import { hookLayer } from './layer-hook.ts';
import { outputLayersOf } from './layer-tree.ts';
import { runModel } from './model-scope.ts';
import type { Method } from './own-method.ts';
import { overrideMethod } from './own-method.ts';
import type { ModelRecord } from './state.ts';
import { state } from './state.ts';
import type { Layer, ModelView } from './tfjs-layers.ts';
import { syncOptimizer, unwrapOptimizer } from './wrapped-optimizer.ts';

/** Methods that do all of their maths before they return. */
const SYNCHRONOUS = ['predict', 'predictOnBatch', 'execute', 'call'] as const;
/** Methods that train: they may wait once, before they begin, for frozen weights to be looked at. */
const TRAINING = ['fit', 'fitDataset', 'trainOnBatch'] as const;

type Step = (data: Tensor[]) => unknown;

/** Puts our methods on a model and settles everything that hangs on its policies. */
export function attach(record: ModelRecord): void {
  const { model, undo } = record;
  const override = (name: string, wrap: (original: Method) => Method): void => void undo.push(overrideMethod(model, name, wrap));
  undo.push(...attachEngine(record, model));
  for (const name of TRAINING)
    override(
      name,
      (original) =>
        (...args) =>
          trainAfterNarrowing(record, () => original(...args)),
    );
  override('compile', (original) => (...args) => {
    original(...args);
    settle(record);
  });
  override('dispose', (original) => () => disposeModel(record, original));
  if (model.getClassName() === 'Sequential') {
    override('build', (original) => (...args) => {
      original(...args);
      attachInner(record);
    });
  }
  attachInner(record);
  settle(record);
}

/** Takes everything off again: methods, layers' calls, the optimizer's wrapper, losses; frozen weights become variables. */
export function detach(record: ModelRecord): void {
  record.live = false;
  state().policyChanges += 1;
  unwrapOptimizer(record);
  restoreLosses(engineOf(record.model));
  for (const weight of record.narrowed) widenWeight(weight);
  record.narrowed.clear();
  for (const undo of [...record.undo.splice(0), ...(record.inner?.undo ?? [])].reverse()) undo();
  record.inner = null;
  for (const unhook of record.hooked.values()) unhook();
  record.hooked.clear();
  state().records.delete(record.model);
}

/** Brings optimizer, losses, weights and layers in line with the policies as they are now. Synchronous and cheap. */
export function settle(record: ModelRecord): void {
  record.outputLayers = new Set(outputLayersOf(record.model));
  const wanted = new Set<Layer>([...record.layerPolicies.keys(), ...record.outputLayers]);
  for (const layer of wanted) if (!record.hooked.has(layer)) record.hooked.set(layer, hookLayer(layer));
  for (const [layer, unhook] of record.hooked) {
    if (wanted.has(layer)) continue;
    unhook();
    record.hooked.delete(layer);
  }
  widenLosses(engineOf(record.model));
  widenWhatIsDue(record);
  settleHalfVariables(record);
  syncOptimizer(record);
}

/** A Sequential computes in a model inside it, which every `build` makes anew. */
function attachInner(record: ModelRecord): void {
  const { model } = record.model;
  if (model === undefined || model === null || record.inner?.model === model) return;
  for (const undo of record.inner?.undo ?? []) undo();
  record.inner = { model, undo: attachEngine(record, model) };
}

/** The methods that compute. */
function attachEngine(record: ModelRecord, target: ModelView): readonly (() => void)[] {
  const steps: Readonly<Record<string, (original: Method) => Method>> = {
    calculateLosses: (original) => () => fullPrecision(original),
    makeTrainFunction: (original) => () => {
      settle(record);
      const step = original() as Step;
      return (data: Tensor[]) => {
        if (record.live) widenTrained(record);
        return runModel(record, () => step(data));
      };
    },
    makeTestFunction: (original) => () => {
      original();
      const step = target.testFunction as Step;
      target.testFunction = (data) => runModel(record, () => step(data));
    },
  };
  const synchronous = SYNCHRONOUS.map((name) =>
    overrideMethod(
      target,
      name,
      (original) =>
        (...args) =>
          runModel(record, () => original(...args)),
    ),
  );
  return [...synchronous, ...Object.entries(steps).map(([name, wrap]) => overrideMethod(target, name, wrap))];
}

function trainAfterNarrowing(record: ModelRecord, train: () => unknown): unknown {
  widenWhatIsDue(record);
  return weightsToNarrow(record).length === 0 ? train() : narrowFrozen(record).then(train);
}

function disposeModel(record: ModelRecord, original: Method): unknown {
  const result = original() as { readonly refCountAfterDispose: number };
  if (result.refCountAfterDispose === 0) {
    record.narrowed.clear(); // disposed with their layers
    detach(record);
  }
  return result;
}

/** The model that trains: the one inside a Sequential, or the model. */
function engineOf(model: ModelView): ModelView {
  return model.model ?? model;
}
