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
