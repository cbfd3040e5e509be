import { fullPrecision } from '@halftone/autocast';
import type { LossFunction, ModelView } from './tfjs-layers.ts';

const originals = /* @__PURE__ */ new WeakMap<LossFunction, LossFunction>();

/** Makes the losses and metrics of a compiled model run in float32, whatever scope is open. */
export function widenLosses({ lossFunctions, metricsTensors }: ModelView): void {
  replaceLosses({ lossFunctions, metricsTensors }, (fn) => (originals.has(fn) ? fn : inFloat32(fn)));
}

/** Puts the losses and metrics back as `compile` left them. */
export function restoreLosses({ lossFunctions, metricsTensors }: ModelView): void {
  replaceLosses({ lossFunctions, metricsTensors }, (fn) => originals.get(fn) ?? fn);
}

function inFloat32(fn: LossFunction): LossFunction {
  const wide: LossFunction = (yTrue, yPred) => fullPrecision(() => fn(yTrue, yPred));
  originals.set(wide, fn);
  return wide;
}

function replaceLosses(
  {
    lossFunctions = [],
    metricsTensors = [],
  }: { readonly lossFunctions: LossFunction[] | undefined; readonly metricsTensors: [LossFunction, number][] | undefined },
  replace: (fn: LossFunction) => LossFunction,
): void {
  for (const [index, fn] of lossFunctions.entries()) lossFunctions[index] = replace(fn);
  for (const entry of metricsTensors) entry[0] = replace(entry[0]);
}
