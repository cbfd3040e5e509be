import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { dynamicLossScale } from '@halftone/loss-scale';
import { gradScaler } from '@halftone/optimizer';
import '@halftone/testing/matchers';
import { emaOf, mixedPrecision, removeMixedPrecision, restoreCheckpoint, saveCheckpoint, seedDropout } from '../../src/index.ts';
import { inMemory } from '../checkpoint-runs.ts';
import { batch, watchedModel, weightValues } from '../small-models.ts';

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

const { fround } = Math;
/** The rule in float32, as anybody would write it down. */
const moved = (average: number, weight: number, decay: number): number =>
  fround(average + fround(fround(weight - average) * fround(1 - decay)));

function compiled(): tfl.Sequential {
  const model = watchedModel();
  model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' });
  return model;
}

describe('averages of a model', () => {
  it.each([null, 'mixed_float16', 'mixed_bfloat16'])('move with each step under %s', async (policy) => {
    const model = compiled();
    if (policy !== null) mixedPrecision(model, policy);
    const average = emaOf(model, { decay: 0.9 });
    let expected = weightValues(model).map((values) => [...values]);
    const { x, y } = batch();
    for (let step = 0; step < 3; step++) {
      await model.trainOnBatch(x, y);
      const weights = weightValues(model);
      expected = expected.map((values, w) => values.map((value, i) => moved(value, weights[w]?.[i] as number, 0.9)));
    }
    const tensors = tf.memory().numTensors;
    await model.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(tensors);
    const weights = weightValues(model);
    expected = expected.map((values, w) => values.map((value, i) => moved(value, weights[w]?.[i] as number, 0.9)));
    expect(Object.values(average.averages()).map((tensor) => [...tensor.dataSync()])).toEqual(expected);
    tf.dispose([x, y]);
  });

  it('take in no step that loss scaling skips', async () => {
    const model = mixedPrecision(compiled(), 'mixed_float16', {
      lossScale: dynamicLossScale({ initialScale: 2 ** 24, maxScale: 2 ** 24 }),
    });
    const average = emaOf(model, { decay: 0.5 });
    const values = (): number[][] => Object.values(average.averages()).map((tensor) => [...tensor.dataSync()]);
    const { x, y } = batch();
    await model.trainOnBatch(x, y); // to have moved away from the weights
    const [before, weights] = [values(), weightValues(model)];
    const bad = tf.mul(x, Infinity);
    await model.trainOnBatch(bad, y);
    expect(weightValues(model)).toEqual(weights);
    expect(values()).toEqual(before);
    for (let step = 0; step < 12; step++) await model.trainOnBatch(x, y); // until the scale fits
    expect(values()).not.toEqual(before);
    tf.dispose([x, y, bad]);
  });

  it('are swapped in and out bit for bit, and nothing trains meanwhile', async () => {
    const model = mixedPrecision(compiled());
    const average = emaOf(model, { decay: 0.5 });
    const { x, y } = batch();
    await model.trainOnBatch(x, y);
    const [weights, averages] = [weightValues(model), Object.values(average.averages()).map((tensor) => [...tensor.dataSync()])];
    average.swapIn();
    expect(weightValues(model)).toEqual(averages);
    await expect(async () => model.trainOnBatch(x, y)).rejects.toThrow(/Call swapOut\(\) first/);
    await expect(saveCheckpoint(model, inMemory())).rejects.toThrow(/Call swapOut\(\) first/);
    expect(() => average.swapIn()).toThrow(/Call swapOut\(\) first/);
    average.swapOut();
    expect(() => average.swapOut()).toThrow(/Call swapIn\(\) first/);
    expect(weightValues(model)).toEqual(weights);
    tf.dispose([x, y]);
  });

  it('outlive a change of the wrapper and end when they are disposed', async () => {
    const model = mixedPrecision(compiled());
    const average = emaOf(model);
    expect(() => emaOf(model)).toThrow(/Dispose the first/);
    const { x, y } = batch();
    removeMixedPrecision(model);
    await model.trainOnBatch(x, y);
    const first = Object.values(average.averages())[0]?.dataSync();
    mixedPrecision(model);
    await model.trainOnBatch(x, y);
    expect(Object.values(average.averages())[0]?.dataSync()).not.toStrictEqual(first);
    average.dispose();
    await model.trainOnBatch(x, y); // nothing of a disposed average is touched
    tf.dispose([x, y]);
    const plain = compiled();
    const tensors = tf.memory().numTensors;
    emaOf(plain).dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(Object.hasOwn(Reflect.get(plain, 'model') as object, 'makeTrainFunction')).toBe(false);
  });

  it('refuse a decay that is none and a model without weights', () => {
    expect(() => emaOf(compiled(), { decay: 1 })).toThrow(/Leave it out for 0.999/);
    expect(() => emaOf(tfl.sequential({ layers: [tfl.layers.flatten({ inputShape: [2, 2] })] }))).toThrow(/Build it first/);
  });
});

it('averages of a loop follow a gradScaler and one of its optimizers', () => {
  const [a, b] = [tf.variable(tf.scalar(1), true, 'a'), tf.variable(tf.scalar(1), true, 'b')];
  const scaler = gradScaler();
  const [first, second] = [tf.train.sgd(1), tf.train.sgd(1)];
  const [averageA, averageB] = [emaOf([a], { decay: 0.5 }), emaOf({ mine: b }, { decay: 0.5 })];
  averageA.follow(scaler, { optimizer: first });
  averageB.follow(scaler, { optimizer: second });
  scaler.step(first, scaler.variableGrads(() => tf.mul(a, 2), [a]).grads);
  scaler.step(second, scaler.variableGrads(() => tf.mul(b, Infinity), [b]).grads);
  scaler.update();
  expect([...(averageA.averages()['a'] as tf.Tensor).dataSync()]).toEqual([0]);
  expect([...(averageB.averages()['mine'] as tf.Tensor).dataSync()]).toEqual([1]);
  averageA.dispose();
  scaler.apply(first, scaler.variableGrads(() => tf.mul(a, 2), [a]).grads);
});

describe('seeded dropout', () => {
  const build = (): tfl.Sequential => {
    const { dense, dropout, gru, spatialDropout1d } = tfl.layers;
    const init = { kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }) };
    const model = tfl.sequential({
      layers: [
        spatialDropout1d({ rate: 0.2, inputShape: [3, 4] }),
        gru({ units: 5, dropout: 0.3, recurrentDropout: 0.3, ...init, recurrentInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
        dropout({ rate: 0.4 }),
        dense({ units: 2, ...init }),
      ] as never,
    });
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
    return model;
  };
  const train = async (model: tfl.LayersModel, steps: number): Promise<void> => {
    const [x, y] = [tf.randomNormal([4, 3, 4], 0, 1, 'float32', 5), tf.randomNormal([4, 2], 0, 1, 'float32', 6)];
    for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
    tf.dispose([x, y]);
  };

  it('gives the same run twice, another one for another seed, and goes on from a checkpoint', async () => {
    const [first, other, resumed] = [build(), build(), build()];
    seedDropout(first, 7);
    seedDropout(other, 8);
    const random = seedDropout(resumed, 7);
    const target = inMemory();
    await train(first, 3);
    await saveCheckpoint(first, target);
    await train(first, 3);
    await train(other, 6);
    await train(resumed, 1);
    await restoreCheckpoint(resumed, target);
    expect([...random.calls.values()]).toEqual([3, 18, 3]); // a GRU draws three masks for its inputs and three for its state;
    await train(resumed, 3);
    expect(weightValues(resumed)).toEqual(weightValues(first));
    expect(weightValues(other)).not.toEqual(weightValues(first));
  });

  it('draws another mask each step, and gives the layers back', () => {
    const model = tfl.sequential({ layers: [tfl.layers.dropout({ rate: 0.5, inputShape: [64] })] });
    const random = seedDropout(model, 0);
    const mask = (): number[] => [...(model.apply(tf.ones([1, 64]), { training: true }) as tf.Tensor).dataSync()];
    const [one, two] = [mask(), mask()];
    expect(one).not.toEqual(two);
    random.goTo(new Map());
    expect(mask()).toEqual(one);
    random.dispose();
    expect(mask()).not.toEqual(two);
    expect(Object.hasOwn(model.layers[0] as object, 'call')).toBe(false);
  });

  it('refuses what cannot be seeded', () => {
    const noisy = tfl.sequential({ layers: [tfl.layers.gaussianNoise({ stddev: 1, inputShape: [2] })] });
    expect(() => seedDropout(noisy, 1)).toThrow(/of the class GaussianNoise. Use dropout there/);
    expect(() => seedDropout(build(), -1)).toThrow(/Pass one, for example 1/);
    const model = build();
    seedDropout(model, 1);
    expect(() => seedDropout(model, 1)).toThrow(/Dispose the first/);
  });
});
