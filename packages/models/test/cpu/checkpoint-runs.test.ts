import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EmulatedHandle } from '@halftone/emulate';
import { useEmulated } from '@halftone/emulate';
import { gradScaler } from '@halftone/optimizer';
import * as models from '../../src/index.ts';
import { inMemory } from '../checkpoint-runs.ts';
import { batch, Watch, watchedModel, weightValues } from '../small-models.ts';

const { checkpointCallback, emaOf, mixedPrecision, restoreCheckpoint, saveCheckpoint, saveOnInterrupt, seedDropout } = models;

let handle: EmulatedHandle;
beforeAll(async () => {
  handle = await useEmulated({ base: 'cpu' });
});
afterAll(() => handle.dispose());
afterEach(() => tf.disposeVariables());

function compiled(seed = 1, optimizer: tf.Optimizer = tf.train.adam(0.02)): tfl.Sequential {
  const model = watchedModel(new Watch({}), seed);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

async function step(model: tfl.LayersModel): Promise<void> {
  const { x, y } = batch();
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
}

describe('a checkpoint of another run', () => {
  const dense = (units: number, options: object = {}): tfl.Sequential => {
    const layers = [tfl.layers.dense({ units: 16, inputShape: [16], ...options }), tfl.layers.dense({ units })];
    return tfl.sequential({ layers: layers as never });
  };
  const other: readonly (readonly [string, RegExp, () => models.CheckpointSubject])[] = [
    ['other shapes', /must be as in the checkpoint, float32 \[16, 32\]|must have the 6 weights/, () => dense(4)],
    ['no optimizer', /Compile the model/, () => mixedPrecision(watchedModel())],
    ['another optimizer', /must be "Adam", as in the checkpoint/, () => mixedPrecision(compiled(1, tf.train.sgd(0.1)))],
    [
      'other settings',
      /beta1 of the optimizer must be that of the checkpoint, 0.9/,
      () => mixedPrecision(compiled(1, tf.train.adam(0.02, 0.8))),
    ],
    ['no mixed precision', /Call mixedPrecision\(model, policy\) first|Call mixedPrecision\(model, 'mixed_float16'\)/, () => compiled()],
    [
      'averages',
      /Call emaOf\(\) after the restore/,
      () => {
        const model = mixedPrecision(compiled());
        emaOf(model);
        return model;
      },
    ],
    [
      'a seed',
      /Call seedDropout\(\) after the restore/,
      () => {
        const model = mixedPrecision(compiled());
        seedDropout(model, 1);
        return model;
      },
    ],
    [
      'other frozen layers',
      /Freeze the same layers, and compile/,
      () => {
        const model = watchedModel();
        (model.layers[0] as tfl.layers.Layer).trainable = false;
        model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
        return mixedPrecision(model);
      },
    ],
  ];

  it.each(other)('with %s is refused before anything changes', async (_, message, make) => {
    const saved = mixedPrecision(compiled());
    await step(saved);
    const target = inMemory();
    await saveCheckpoint(saved, target);
    const subject = make() as tfl.LayersModel;
    const [before, tensors] = [weightValues(subject), tf.memory().numTensors];
    await expect(restoreCheckpoint(subject, target)).rejects.toThrow(message);
    expect(weightValues(subject)).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('gives its weights alone to any optimizer and policy, and its averages in their place', async () => {
    const saved = mixedPrecision(compiled());
    const average = emaOf(saved, { decay: 0.5 });
    await step(saved);
    const target = inMemory();
    await saveCheckpoint(saved, target);
    const plain = compiled(9, tf.train.sgd(1));
    await restoreCheckpoint(plain, target, { only: 'weights' });
    expect(weightValues(plain)).toEqual(weightValues(saved));
    await restoreCheckpoint(plain, target, { only: 'average' });
    average.swapIn();
    expect(weightValues(plain)).toEqual(weightValues(saved));
    await saveCheckpoint(plain, target);
    await expect(restoreCheckpoint(plain, target, { only: 'average' })).rejects.toThrow(/Pass only: 'weights'/);
    await expect(restoreCheckpoint(plain, target, { only: 'some' as never })).rejects.toThrow(/Leave it out for all/);
  });
});

describe('a loop of its own', () => {
  const make = (): { variables: { w: tf.Variable }; optimizer: tf.Optimizer; scaler: ReturnType<typeof gradScaler> } => ({
    variables: { w: tf.variable(tf.tensor1d([1, -2, 3])) },
    optimizer: tf.train.adam(0.1),
    scaler: gradScaler({ statusEvery: 3 }),
  });
  const train = ({ variables: { w }, optimizer, scaler }: ReturnType<typeof make>, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const factor = i % 4 === 2 ? Infinity : 1;
      scaler.apply(optimizer, scaler.variableGrads(() => tf.mul(tf.sum(tf.square(w)), factor) as tf.Scalar, [w]).grads);
    }
  };

  it('goes on bit for bit, skipped steps and scale included', async () => {
    const [first, second] = [make(), make()];
    const target = inMemory();
    train(first, 0, 7);
    expect((await saveCheckpoint(first, target)).iterations).toBe(5);
    train(first, 7, 15);
    train(second, 0, 2);
    const { lossScale } = await restoreCheckpoint(second, target);
    expect(lossScale).toMatchObject({ applied: 5, skipped: 2, scale: 2 ** 14 });
    train(second, 7, 15);
    expect([...second.variables.w.dataSync()]).toEqual([...first.variables.w.dataSync()]);
    expect(await second.scaler.lossScaleState()).toEqual(await first.scaler.lossScaleState());
    expect(second.optimizer.iterations).toBe(first.optimizer.iterations);
  });

  it('is not saved within a round, nor a model within a window', async () => {
    const run = make();
    const { w } = run.variables;
    run.scaler.step(run.optimizer, run.scaler.variableGrads(() => tf.sum(tf.square(w)) as tf.Scalar, [w]).grads);
    await expect(saveCheckpoint(run, inMemory())).rejects.toThrow(/got a round without its update\(\)/);
    const model = mixedPrecision(compiled(), 'mixed_float16', { accumulate: 2 });
    await step(model);
    await expect(saveCheckpoint(model, inMemory())).rejects.toThrow(/got 1 of 2 micro-batches/);
  });

  it('of parts that cannot be meant is refused', async () => {
    const { w } = make().variables;
    const save = (subject: unknown, options = {}): Promise<unknown> => saveCheckpoint(subject as never, inMemory(), options);
    await expect(save(null)).rejects.toThrow(/Pass what is trained/);
    await expect(save({ variables: { w }, epoch: 3 })).rejects.toThrow(/put it into metadata/);
    await expect(save({ model: w })).rejects.toThrow(/Pass the variables of other models/);
    await expect(save({ variables: { w: 3 } })).rejects.toThrow(/Pass what tf.variable\(\) gave/);
    await expect(save({ variables: [w, w] })).rejects.toThrow(/Pass variables as/);
    await expect(save({ variables: { w }, optimizer: { a: 3 } })).rejects.toThrow(/Pass tf.train.adam/);
    await expect(save({ variables: { w } }, { metadata: { at: new Date() } })).rejects.toThrow(/an object of the class Date/);
    await expect(save({ variables: { w } }, { metadata: [() => 1] })).rejects.toThrow(/a function/);
    await expect(save({ variables: { w: tf.variable(tf.tensor(['a']), false) } })).rejects.toThrow(/must be float32, int32 or bool/);
  });
});

describe('checkpointCallback', () => {
  const fit = async (model: tfl.LayersModel, callbacks: tfl.Callback | tfl.Callback[], epochs = 2): Promise<void> => {
    const { x, y } = batch();
    await model.fit(x, y, { epochs, batchSize: 4, shuffle: false, verbose: 0, callbacks });
    tf.dispose([x, y]);
  };

  it('saves in its rhythm and leaves no listener', async () => {
    const model = mixedPrecision(compiled());
    const target = inMemory();
    const listeners = process.listenerCount('SIGINT');
    const callback = checkpointCallback(model, target, { everySteps: 3, metadata: ({ batches }) => ({ batches }) });
    await fit(model, callback);
    expect(callback.saves).toBe(2);
    expect(callback.interrupted).toBe(null);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
    const { progress, metadata } = await restoreCheckpoint(model, target);
    expect(progress).toEqual({ epoch: 1, batch: 2, batches: 6 });
    expect(metadata).toEqual({ batches: 6 });
  });

  it('finishes the batch of a SIGINT, saves, and ends the fit', async () => {
    const model = mixedPrecision(compiled());
    const target = inMemory();
    const listeners = process.listenerCount('SIGINT');
    const callback = checkpointCallback(model, target, { everyEpochs: 10 });
    let left = 2;
    class Interrupts extends tfl.Callback {
      override async onBatchBegin(): Promise<void> {
        if (left-- === 0) {
          process.kill(process.pid, 'SIGINT');
          await new Promise((resolve) => setTimeout(resolve, 20));
          expect(process.listenerCount('SIGINT'), 'a second one ends the program').toBe(listeners);
        }
      }
    }
    await fit(model, [new Interrupts(), callback], 5);
    expect(callback.interrupted).toBe('SIGINT');
    expect(callback.saves).toBe(1);
    const weights = weightValues(model);
    await step(model);
    expect((await restoreCheckpoint(model, target)).progress).toEqual({ epoch: 0, batch: 3, batches: 3 });
    expect(weightValues(model)).toEqual(weights);
  });

  it('waits for an accumulation window, and says if it never closed', async () => {
    const model = mixedPrecision(compiled(), 'mixed_float16', { accumulate: 3 });
    const callback = checkpointCallback(model, inMemory(), { everySteps: 4 });
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await fit(model, callback);
    expect(callback.saves).toBe(1); // due at 4, saved at 6; due again at 8, the end
    expect(warn.mock.calls.join()).toMatch(/The last checkpoint in the IOHandler is older/);
    warn.mockRestore();
  });

  it('refuses rhythms and signals that cannot be meant', () => {
    const model = compiled();
    expect(() => checkpointCallback(model, inMemory(), { everySteps: 0 })).toThrow(/Leave it out to save after each epoch/);
    expect(() => checkpointCallback(model, inMemory(), { signals: ['SIGKILL' as never] })).toThrow(/Leave them out for both/);
  });
});

it('a loop asks after each step whether it was interrupted', async () => {
  const w = tf.variable(tf.scalar(4));
  const target = inMemory();
  const loop = await saveOnInterrupt({ variables: { w } }, target, { signals: ['SIGTERM'] });
  expect(await loop.stepDone()).toBe(false);
  process.kill(process.pid, 'SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(loop.interrupted).toBe('SIGTERM');
  expect(await loop.stepDone({ metadata: 7 })).toBe(true);
  loop.dispose();
  expect((await restoreCheckpoint({ variables: { w } }, target)).metadata).toBe(7);
});

describe('examples', () => {
  const root = new URL('../../src/checkpoint/', import.meta.url);
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      (readFileSync(new URL(name, root), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? []).flatMap((comment) => {
        const code = comment.split('@example')[1]?.replace(/^ *\*\/?/gm, '');
        return code === undefined ? [] : [{ name, code }];
      }),
    );

  it.each(found)('of $name say what happens', async ({ code }) => {
    const AsyncFunction = (async () => undefined).constructor as new (
      ...parts: string[]
    ) => (...values: unknown[]) => Promise<[string, unknown, string][]>;
    const lines = code.split('\n').map((line) => {
      const [, statement, expected = ''] = /^\s*(?!const )(.+); \/\/ (.+)$/.exec(line) ?? [];
      return /^(\d|true|false)/.test(expected) ? `seen.push([${JSON.stringify(line)}, ${statement}, ${JSON.stringify(expected)}]);` : line;
    });
    const scope = { tf: { ...tf, ...tfl }, ...models };
    const seen = await new AsyncFunction(...Object.keys(scope), `const seen = []; ${lines.join('\n')}\nreturn seen;`)(
      ...Object.values(scope),
    );
    for (const [line, actual, expected] of seen) expect(String(actual), line).toBe(expected);
  });
});
