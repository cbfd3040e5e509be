import { engine } from '@tensorflow/tfjs-core';
import { WRAPPED } from '../binding/half-binding.ts';
import { BACKEND_NAME } from '../library/load-library.ts';
import type { NodeBackend } from '../library/node-backend.ts';
import type { Session } from './session.ts';

/** Whether a backend already has a wrapped binding, of this copy of the package or of another. */
export function isWrapped(backend: NodeBackend): boolean {
  return WRAPPED in backend.binding;
}

/**
 * Puts the wrapped binding into tfjs-node's backend, and into every one that tfjs makes after `engine().reset()`.
 *
 * @returns a function that takes it out again; half tensors are widened before
 */
export function installSession(session: Session, backend: NodeBackend): () => void {
  session.adopt(backend);
  const registered = engine().registryFactory[BACKEND_NAME];
  const makeBackend = registered?.factory;
  if (registered !== undefined && makeBackend !== undefined) {
    registered.factory = () => {
      const made = makeBackend();
      if (made instanceof Promise)
        throw new Error('[node] tfjs-node must start at once, got a promise. Install @tensorflow/tfjs-node@4.22.');
      session.adopt(made as unknown as NodeBackend);
      return made;
    };
  }
  return () => {
    if (registered !== undefined && makeBackend !== undefined) registered.factory = makeBackend;
    session.dispose();
  };
}
