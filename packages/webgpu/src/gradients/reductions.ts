import type { GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { broadcastTo, div, engine, getGradient, registerGradient, reshape, unregisterGradient, util } from '@tensorflow/tfjs-core';

type Reduced = 'Mean' | 'Sum';

/**
 * Replaces tfjs's gradients of `Mean` and `Sum` by ones that broadcast.
 *
 * tfjs multiplies by a tensor of ones that it builds on the host and uploads, every step: most of a train step's host
 * time and a seventh of its peak memory. Values are the same, bit for bit. The gradient registry is one for the whole
 * process, so on every other backend the previous gradient is called.
 *
 * @param backendName - the backend on which ours hold
 * @returns a function that puts the previous gradients back
 */
export function installBroadcastGradients(backendName: string): () => void {
  const undo = (['Mean', 'Sum'] as const).map((kernelName) => {
    const previous: GradConfig | undefined = getGradient(kernelName);
    if (previous === undefined) return () => undefined; // tfjs-core alone: no gradients, so nothing that wastes
    const replacement: GradConfig = {
      ...previous,
      gradFunc: (dy, saved, attrs) =>
        engine().backendName === backendName ? { x: () => spread(kernelName, dy as Tensor, saved[0] as Tensor, attrs) } : previous.gradFunc(dy, saved, attrs),
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

function spread(kernelName: Reduced, dy: Tensor, x: Tensor, attrs: NamedAttrMap): Tensor {
  const axes = util.parseAxisParam(attrs['axis'] as number | number[], x.shape);
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const share = kernelName === 'Mean' ? div(dy, count) : dy;
  return broadcastTo(reshape(share, kept), x.shape as [number]);
}
