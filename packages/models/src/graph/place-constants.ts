import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { dispose, keep } from '@tensorflow/tfjs-core';
import { storageOf, treatAsParameter } from '@halftone/autocast';
import { encode } from '@halftone/float16';
import type { HalfPrecision } from '@halftone/policy';
import { giveWeights } from '../files/graph-weights.ts';
import { placeWeight } from '../weights/place-weight.ts';
import { isFactor, settleConstant } from './constants.ts';
import type { GraphView } from './graph-view.ts';
import { executorsOf } from './graph-view.ts';
import type { GraphRecord, SettledWeight } from './record.ts';

/** A float32 constant that is not in half yet. */
export interface WideConstant {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Constants with float32 numbers in float32 storage; those that a file brought in half are as they should be. */
export function wideConstants(model: GraphView): readonly WideConstant[] {
  return constantsOf(model).filter(({ tensor }) => storageOf(tensor) === 'float32');
}

/** Float32 constants in any storage, in the order of the file. */
export function constantsOf({ executor }: GraphView): readonly WideConstant[] {
  return Object.entries(executor.weightMap).flatMap(([name, [tensor]]) => (tensor?.dtype === 'float32' ? [{ name, tensor }] : []));
}

/**
 * Settles every constant by its numbers: halves take the places of what fits, in one change of the weight map, and the float32
 * tensors are disposed. Codes go to the device as they are; nothing is read back. Called while no run is under way.
 */
export function placeConstants(record: GraphRecord, format: HalfPrecision, values: ReadonlyMap<string, Float32Array>): void {
  const { model } = record;
  const weights: NamedTensorMap = Object.fromEntries(
    Object.entries(model.executor.weightMap).map(([name, [tensor]]) => [name, tensor as Tensor]),
  );
  const settled = new Map<string, SettledWeight>();
  const old: Tensor[] = [];
  for (const { name, tensor } of constantsOf(model)) {
    const numbers = values.get(name);
    if (numbers === undefined) {
      settled.set(name, { kind: 'half' }); // from a file in half
      continue;
    }
    const weight = settleConstant(numbers, format, { product: isProductFactor(model, name), narrow: record.options.halfWeights !== false });
    settled.set(name, weight);
    if (weight.kind !== 'half') continue;
    weights[name] = keep(placeWeight({ kind: 'half', format, bits: encode(numbers, format) }, tensor.shape, format));
    record.narrowed.set(name, format);
    old.push(tensor);
  }
  if (old.length > 0) giveWeights(model as unknown as GraphModel, weights);
  dispose(old);
  for (const { name, tensor } of constantsOf(model)) if (settled.get(name)?.kind !== 'wide') record.unmark.push(treatAsParameter(tensor));
  record.weights = settled;
}

/** In the graph and in the functions that know the constant. */
function isProductFactor(model: GraphView, name: string): boolean {
  const nodes = executorsOf(model).flatMap(({ graph }) => graph.nodes[name] ?? []);
  return nodes.length > 0 && nodes.every(isFactor);
}
