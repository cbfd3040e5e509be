import type { engine as Engine } from '@tensorflow/tfjs-core';

type TapeNode = NonNullable<ReturnType<typeof Engine>['state']['activeTape']>[number];
type Gradient = NonNullable<TapeNode['gradient']>;

/** Where the tape stood when a scope opened. */
export interface TapeMark {
  readonly tape: readonly TapeNode[] | undefined;
  readonly length: number;
}

const bound = new WeakSet<TapeNode>();

/** Remembers how far the tape has come. */
export function markTape(engine: ReturnType<typeof Engine>): TapeMark {
  const tape = engine.state.activeTape;
  return { tape, length: tape?.length ?? 0 };
}

/**
 * Makes the gradients of all nodes recorded since the mark run through `runInside`, so that the backward pass of an op
 * runs under the policy of its forward pass. Nodes that an inner scope has bound already keep the inner scope.
 */
export function bindTape(engine: ReturnType<typeof Engine>, mark: TapeMark, runInside: <T>(work: () => T) => T): void {
  const tape = engine.state.activeTape;
  if (tape === undefined || tape === null) return;
  for (let i = tape === mark.tape ? mark.length : 0; i < tape.length; i++) {
    const node = tape[i];
    if (node === undefined || node.gradient === undefined || node.gradient === null || bound.has(node)) continue;
    node.gradient = bindGradient(node.gradient, runInside);
    bound.add(node);
  }
}

function bindGradient(gradient: Gradient, runInside: <T>(work: () => T) => T): Gradient {
  return (dys) => {
    const lazy = runInside(() => gradient(dys));
    return Object.fromEntries(Object.entries(lazy).map(([name, compute]) => [name, () => runInside(compute)]));
  };
}
