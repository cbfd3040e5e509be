import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healBetweenSuites, keepBackend, useHalfTolerance } from '../../src/conformance/keep-backend.ts';

const engine = tf.engine();
const original = { reset: engine.reset, setBackend: engine.setBackend };
beforeEach(async () => void (await tf.setBackend('cpu')));
afterEach(() => {
  Object.assign(engine, original);
  engine.reset();
});

describe('keepBackend', () => {
  it('keeps the backend alive through a reset that clears everything else', async () => {
    const backend = tf.backend();
    tf.ones([2]);
    keepBackend(tf, ['cpu']);
    engine.reset();
    await tf.setBackend('cpu');
    expect(tf.backend()).toBe(backend);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('lets go of backends that it was not told of', async () => {
    const backend = tf.backend();
    keepBackend(tf, ['another']);
    engine.reset();
    await tf.setBackend('cpu');
    expect(tf.backend()).not.toBe(backend);
  });
});

describe('healBetweenSuites', () => {
  it('renews a backend that no longer computes, and only that', async () => {
    const kernel = tf.getKernel('Square', 'cpu');
    let renewed = 0;
    healBetweenSuites(tf, 'cpu', async () => {
      renewed++;
      tf.registerKernel(kernel);
    });
    await tf.setBackend('cpu');
    expect(renewed).toBe(0);
    tf.unregisterKernel('Square', 'cpu');
    await tf.setBackend('cpu');
    expect(renewed).toBe(1);
    await tf.setBackend('cpu');
    expect(renewed).toBe(1);
  });
});

describe('useHalfTolerance', () => {
  it('widens the tolerance of the specs and leaves epsilon alone', () => {
    expect(tf.test_util.testEpsilon()).toBe(1e-3);
    useHalfTolerance(tf);
    expect(tf.test_util.testEpsilon()).toBe(0.1);
    expect(tf.backend().epsilon()).toBe(1e-7);
  });
});
