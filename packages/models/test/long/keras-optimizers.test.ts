import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import { adamW, lamb, optimizerState } from '@halftone/optimizer';
import { scaleIn, scaleOut } from '../../src/index.ts';

/** An interpreter that has Keras 3 on TensorFlow, and safetensors. */
const keras = await requireOrSkip('keras');
const python = process.env['HALFTONE_KERAS_PYTHON'] ?? '';
const script = fileURLToPath(new URL('../keras_steps.py', import.meta.url));
const [BEFORE, THERE, AFTER] = [3, 4, 2] as const;

/**
 * How far the loss of a step may be from that of a run without a hand-over. Rounding alone, but for those with another epsilon: see
 * `optimizer-table.ts`.
 */
const OPTIMIZERS: readonly (readonly [name: string, make: () => tf.Optimizer, tolerance: number])[] = [
  ['SGD', () => tf.train.sgd(0.125), 2e-6],
  ['Momentum', () => tf.train.momentum(0.125, 0.75), 2e-6],
  ['Nesterov', () => tf.train.momentum(0.125, 0.75, true), 2e-6],
  ['Adam', () => tf.train.adam(0.03125), 2e-5],
  ['Adamax', () => tf.train.adamax(0.03125), 2e-6],
  ['RMSProp', () => tf.train.rmsprop(0.03125, 0.875, 0.5), 2e-6],
  ['Adagrad', () => tf.train.adagrad(0.0625), 2e-6],
  ['Adadelta', () => tf.train.adadelta(0.5), 2e-3],
  ['AdamW', () => adamW(0.03125, { weightDecay: 0.125, excludeFromDecay: ['bias'] }), 2e-5],
  ['Lamb', () => lamb(0.0625, { weightDecay: 0 }), 2e-6],
];

beforeAll(() => tf.setBackend('cpu').then(() => undefined));

test.skipIf(!keras.available)(
  'every optimizer goes on in real Keras where it stopped, and comes back',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halftone-keras-'));
    try {
      const { xs, ys } = data();
      const runs: {
        readonly name: string;
        readonly project: string;
        readonly tolerance: number;
        readonly make: () => tf.Optimizer;
        readonly losses: readonly number[];
        readonly model: LayersModel;
      }[] = [];
      for (const [name, make, tolerance] of OPTIMIZERS) {
        const model = net(make());
        const first = await steps(model, BEFORE);
        const project = join(folder, name);
        await scaleOut(model, project, { strategy: 'mirrored', data: { xs, ys }, batchSize: 12, shardBytes: 400 });
        runs.push({ name, project, tolerance, make, model, losses: [...first, ...(await steps(model, THERE + AFTER))] });
      }
      execFileSync(python, [script, String(THERE), ...runs.map(({ project }) => project)], { stdio: ['ignore', 'ignore', 'pipe'] });
      const table: string[] = [];
      for (const { name, project, tolerance, make, losses, model } of runs) {
        const there = JSON.parse(readFileSync(join(project, 'losses.json'), 'utf8')) as number[];
        const back = net(make());
        expect(await scaleIn(back, project)).toMatchObject({ step: BEFORE + THERE, iterations: BEFORE + THERE });
        const after = await steps(back, AFTER);
        const gaps = [...there, ...after].map((loss, at) => Math.abs(loss - (losses[BEFORE + at] ?? NaN)));
        table.push(
          `${name}: first ${gaps[0]?.toExponential(1)}, there ${Math.max(...gaps.slice(0, THERE)).toExponential(1)}, after ${Math.max(...gaps.slice(THERE)).toExponential(1)}, slots ${slotGap(back, model).toExponential(1)}`,
        );
        expect.soft(gaps[0], `${name}: the first loss in Keras`).toBeLessThan(1e-5);
        expect.soft(Math.max(...gaps), name).toBeLessThan(tolerance);
      }
      console.info(table.join('\n'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);

function net(optimizer: tf.Optimizer): LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 5 });
  const { dense, batchNormalization, gru, reshape } = tfl.layers;
  const model = tfl.sequential({
    name: 'net',
    layers: [
      dense({ units: 6, inputShape: [4], name: 'deep', activation: 'tanh', kernelInitializer }),
      batchNormalization({ name: 'norm' }),
      reshape({ targetShape: [3, 2], name: 'steps' }),
      gru({ units: 4, name: 'gru', kernelInitializer, recurrentInitializer: tfl.initializers.glorotUniform({ seed: 6 }) }),
      dense({ units: 3, name: 'head', activation: 'softmax', kernelInitializer }),
    ],
  });
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return model;
}

function data(): { readonly xs: tf.Tensor; readonly ys: tf.Tensor } {
  return {
    xs: tf.tensor(
      Array.from({ length: 48 }, (_, at) => Math.sin(at * 1.7)),
      [12, 4],
    ),
    ys: tf.tensor(
      Array.from({ length: 36 }, (_, at) => Number(at % 3 === Math.floor(at / 3) % 3)),
      [12, 3],
    ),
  };
}

async function steps(model: LayersModel, count: number): Promise<readonly number[]> {
  const { xs, ys } = data();
  const losses: number[] = [];
  for (let step = 0; step < count; step++) losses.push((await model.trainOnBatch(xs, ys)) as number);
  tf.dispose([xs, ys]);
  return losses;
}

/** The largest difference between slots, relative to the largest number in each. */
function slotGap(a: LayersModel, b: LayersModel): number {
  const other = optimizerState(b.optimizer).slots.map(({ variable }) => variable.dataSync() as Float32Array);
  const gaps = optimizerState(a.optimizer).slots.map(({ variable }, at) => {
    const [mine, theirs] = [variable.dataSync() as Float32Array, other[at] as Float32Array];
    const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    return mine.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? NaN)) / largest), 0);
  });
  return Math.max(0, ...gaps);
}
