import * as tf from '@tensorflow/tfjs';

/** Counts what the present backend is asked to read, by wrapping the methods of its instance. */
export function countReadbacks(): { count: () => number; stop: () => void } {
  const backend = tf.backend() as unknown as Record<'read' | 'readSync', (...args: unknown[]) => unknown>;
  let reads = 0;
  let inside = false;
  for (const name of ['read', 'readSync'] as const) {
    const original = backend[name].bind(backend);
    backend[name] = (...args) => {
      if (!inside) reads += 1; // read() of tfjs's cpu backend calls readSync()
      const outer = inside;
      inside = true;
      try {
        return original(...args);
      } finally {
        inside = outer;
      }
    };
  }
  return {
    count: () => reads,
    stop: () => {
      for (const name of ['read', 'readSync'] as const) Reflect.deleteProperty(backend, name);
    },
  };
}
