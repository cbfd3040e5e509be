import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { broadcastTo, div, engine, getGradient, registerGradient, reshape, unregisterGradient, util } from '@tensorflow/tfjs-core';

type Reduced = 'Mean' | 'Sum';

/** Shapes of what was reduced, by the attributes object that tfjs hands to the kernel and, later, to its gradient. */
const reducedShapes = new WeakMap<object, readonly number[]>();

/** Notes the shape of a reduction's input, so that the gradient need not keep the whole input alive for it. */
export function rememberReducedShape(kernelName: string, attrs: object | undefined, shape: readonly number[] | undefined): void {
  if (attrs !== undefined && shape !== undefined && (kernelName === 'Mean' || kernelName === 'Sum')) reducedShapes.set(attrs, shape);
}

/**
 * Replaces tfjs's gradients of `Mean` and `Sum` by ones that broadcast.
 *
 * tfjs multiplies by a tensor of ones that it builds on the host and uploads, every step: most of a train step's host
 * time and a seventh of its peak memory. tfjs also keeps the whole input alive until the backward pass, for its shape;
 * ours remembers the shape. Values are the same, bit for bit. The gradient registry is one for the whole process, so on
 * every other backend the previous gradient is called, with what it wants saved.
 *
 * @param backendName - the backend on which ours hold
 * @returns a function that puts the previous gradients back
 */
export function installBroadcastGradients(backendName: string): () => void {
  const undo = (['Mean', 'Sum'] as const).map((kernelName) => {
    const previous: GradConfig | undefined = getGradient(kernelName);
    if (previous === undefined) return () => undefined; // tfjs-core alone: no gradients, so nothing that wastes
    const replacement: GradConfig = {
      kernelName,
      get inputsToSave() {
        return engine().backendName === backendName ? [] : (previous.inputsToSave ?? []);
      },
      gradFunc: (dy, saved, attrs) => {
        const shape = reducedShapes.get(attrs);
        if (shape === undefined || saved.length > 0) return previous.gradFunc(dy, saved, attrs);
        return { x: () => spread(kernelName, dy as Tensor, shape, attrs) };
      },
    };
    unregisterGradient(kernelName);
    registerGradient(replacement);
    return () => {
      if (getGradient(kernelName) !== replacement) return; // somebody replaced it after us: it is theirs now
      unregisterGradient(kernelName);
      registerGradient(previous);
    };
  });
  return () => undo.forEach((one) => one());
}

function spread(kernelName: Reduced, dy: Tensor, shape: readonly number[], attrs: NamedAttrMap): Tensor {
  const axes = util.parseAxisParam(attrs['axis'] as number | number[], [...shape]);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const count = axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1);
  const share = kernelName === 'Mean' ? div(dy, count) : dy;
  return broadcastTo(reshape(share, kept), shape as [number]);
}
