import type { Optimizer } from '@tensorflow/tfjs-core';

/** Shared by all copies of this package, so that two of them still see each other's wrappers. */
const WRAPPED = Symbol.for('halftone/optimizer/wrapped');

type Registry = WeakMap<Optimizer, true>;

function registry(): Registry {
  const shared = globalThis as { [WRAPPED]?: Registry };
  shared[WRAPPED] ??= new WeakMap();
  return shared[WRAPPED];
}

/** Marks an optimizer and its wrapper as taken; refuses what is taken already. */
export function claim(inner: Optimizer, wrapper: Optimizer): void {
  if (registry().has(inner)) {
    throw new Error(
      `[optimizer] an optimizer can be wrapped once, got this ${inner.getClassName()} a second time: the loss would be scaled twice. ` +
        'Use the first wrapper, or call its unwrap() before wrapping again.',
    );
  }
  registry().set(inner, true).set(wrapper, true);
}

/** Refuses an optimizer that scales by itself. */
export function refuseWrapped(optimizer: Optimizer): void {
  if (registry().has(optimizer)) {
    throw new Error(
      `[optimizer] a scaler needs an optimizer that does not scale by itself, got a ${optimizer.getClassName()} of mixedPrecisionOptimizer(). ` +
        'Give it the plain optimizer, or call minimize() of the wrapper instead.',
    );
  }
}

/** Takes the marks away. */
export function release(inner: Optimizer, wrapper: Optimizer): void {
  registry().delete(inner);
  registry().delete(wrapper);
}
