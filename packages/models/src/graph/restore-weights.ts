import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { dispose, io, keep, tensor as createTensor } from '@tensorflow/tfjs-core';
import { toStorage } from '@halftone/autocast';
import { giveWeights } from '../files/graph-weights.ts';
import type { GraphView } from './graph-view.ts';
import type { GraphRecord } from './record.ts';

/**
 * Gives a graph its float32 weights back: from the file that tfjs keeps for `save()`, so the very numbers that were loaded, or
 * where there is none (a streamed file), the numbers that the halves have. Called while no run is under way.
 */
export function restoreWeights(record: GraphRecord): void {
  for (const undo of record.unmark.splice(0)) undo();
  record.weights = new Map();
  record.settledFor = null;
  if (record.narrowed.size === 0) return;
  const { model } = record;
  const loaded = loadedWeights(model);
  const weights: NamedTensorMap = {};
  const old: Tensor[] = [];
  for (const [name, [tensor]] of Object.entries(model.executor.weightMap) as [string, [Tensor]][]) {
    if (!record.narrowed.has(name) || tensor.isDisposed) {
      weights[name] = tensor;
      continue;
    }
    const values = loaded?.get(name);
    weights[name] = keep(values === undefined ? toStorage(tensor, 'float32') : createTensor(values, tensor.shape));
    old.push(tensor);
  }
  giveWeights(model as unknown as GraphModel, weights);
  dispose(old);
  record.narrowed.clear();
}

/** The numbers of the file, or `null` where tfjs did not keep it. */
function loadedWeights({ artifacts }: GraphView): ReadonlyMap<string, Float32Array> | null {
  if (artifacts === undefined || Object.getOwnPropertyDescriptor(artifacts, 'weightData')?.value === undefined) return null;
  const { weightData, weightSpecs } = artifacts;
  if (weightData === undefined || weightSpecs === undefined) return null;
  const tensors = io.decodeWeights(weightData, weightSpecs);
  try {
    const floats = Object.entries(tensors).filter(([, { dtype }]) => dtype === 'float32');
    return new Map(floats.map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]));
  } finally {
    dispose(tensors);
  }
}
