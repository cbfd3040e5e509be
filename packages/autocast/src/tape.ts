import type { engine as Engine, Tensor } from '@tensorflow/tfjs-core';
import { engine, Variable } from '@tensorflow/tfjs-core';
import { TINY_SIZE } from './decide.ts';
import { pluginFor } from './plugin.ts';
import { state } from './state.ts';

type TapeNode = NonNullable<ReturnType<typeof Engine>['state']['activeTape']>[number];
type Gradient = NonNullable<TapeNode['gradient']>;

/** Where the tape stood when a scope opened. */
export interface TapeMark {
  readonly tape: readonly TapeNode[] | undefined;
  readonly length: number;
}

const bound = new WeakSet<TapeNode>();

/** Remembers how far the tape has come. */
export function markTape(owner: ReturnType<typeof Engine>): TapeMark {
  const tape = owner.state.activeTape;
  return { tape, length: tape?.length ?? 0 };
}

/**
 * Makes the gradients of all nodes recorded since the mark run through `runInside`, so that the backward pass of an op
 * runs under the policy of its forward pass. Nodes that an inner scope has bound already keep the inner scope.
 */
export function bindTape(owner: ReturnType<typeof Engine>, mark: TapeMark, runInside: <T>(work: () => T) => T): void {
  const tape = owner.state.activeTape;
  if (tape === undefined || tape === null) return;
  for (let i = tape === mark.tape ? mark.length : 0; i < tape.length; i++) {
    const node = tape[i];
    if (node === undefined || node.gradient === undefined || node.gradient === null || bound.has(node)) continue;
    node.gradient = bindGradient(node.gradient, node.inputs, runInside);
    bound.add(node);
  }
}

function bindGradient(gradient: Gradient, inputs: TapeNode['inputs'], runInside: <T>(work: () => T) => T): Gradient {
  return (dys) => {
    const lazy = runInside(() => gradient(dys));
    return Object.fromEntries(
      Object.entries(lazy).map(([name, compute]) => [name, () => runInside(() => storedLike(inputs[name], compute()))]),
    );
  };
}

/**
 * The gradient of what was stored in half is stored in half, as the gradient of a cast is in PyTorch: float32 parts of a
 * backward pass (statistics, losses) end where half numbers entered them.
 */
function storedLike(input: Tensor | undefined, gradient: Tensor): Tensor {
  if (input instanceof Variable) return gradient; // a master is float32, whatever it was assigned once
  const storage = input === undefined ? undefined : state().halves.get(input.dataId);
  if (storage === undefined || gradient.dtype !== 'float32' || gradient.size < TINY_SIZE) return gradient;
  const plugin = pluginFor(engine().backendName);
  if (plugin === undefined || plugin.storageOf(gradient.dataId) !== 'float32') return gradient;
  return engine().makeTensorFromTensorInfo(plugin.toStorage(gradient, storage));
}
