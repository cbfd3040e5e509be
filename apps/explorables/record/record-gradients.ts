import { createRandom, drawDigits } from '@halftone/data';
import { useEmulated } from '@halftone/emulate';
import * as tf from '@tensorflow/tfjs-core';
import { countExponents } from '../src/loss-scale/count-exponents.ts';
import type { ExponentCounts, GradientRecord } from '../src/loss-scale/gradient-record.ts';
import { activationPlaces, architecture, createWeights, lossOf, weightNames } from './network.ts';

export const recording = { seed: 1, pictures: 4096, batch: 128, steps: 480, rate: 1e-3, keptSteps: [1, 48, 480] } as const;

/** Short in the file, and far finer than a factor of two. */
const LARGEST_UNIT = 1e-4;

/**
 * Trains the small network in float32 and records its gradients: how often each exponent occurs at a few steps, and the largest magnitude of every step.
 *
 * @param steps - how many steps to train; fewer than all give the beginning of the same record
 * @param progress - told after each step
 * @returns plain data, the same on every machine: wasm's arithmetic and the random numbers are exact
 */
export async function recordGradients(steps: number, progress: (step: number, loss: number) => void): Promise<GradientRecord> {
  const { seed, pictures, batch, rate, keptSteps } = recording;
  const handle = await useEmulated();
  const data = drawDigits(pictures, seed, 'train');
  const random = createRandom(seed, 'gradients');
  const weights = createWeights(random);
  const places = activationPlaces(batch);
  const names = [...places.map(({ name }) => name), ...weightNames.filter((name) => name !== 'bias')];
  const optimizer = tf.train.adam(rate);
  const largest: number[] = [];
  const losses: number[] = [];
  const counts: Record<string, ExponentCounts[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let step = 1; step <= steps; step += 1) {
    const rows = Array.from({ length: batch }, () => random.integer(pictures));
    const { loss, gradients } = await trainStep(rows);
    progress(step, loss);
    const named = new Map([
      ...places.map(({ name }, i) => [name, gradients[weights.length + i]] as const),
      ...weightNames.map((name, i) => [name, gradients[i]] as const),
    ]);
    largest.push(Math.ceil(Math.max(...gradients.map(largestOf)) / LARGEST_UNIT));
    if (!keptSteps.some((kept) => kept === step)) continue;
    losses.push(Number(loss.toPrecision(3)));
    for (const name of names) counts[name]?.push(countExponents(named.get(name) ?? new Float32Array()));
  }
  handle.dispose();
  return { ...describe(steps), names, losses, counts, largestUnit: LARGEST_UNIT, largest };

  async function trainStep(rows: readonly number[]): Promise<{ loss: number; gradients: Float32Array[] }> {
    const size = data.side ** 2;
    const pixels = Float32Array.from(
      { length: batch * size },
      (_, i) => data.pixels[(rows[Math.floor(i / size)] ?? 0) * size + (i % size)] ?? 0,
    );
    const { images, labels, probes } = tf.tidy(() => ({
      images: tf.tensor4d(pixels, [batch, data.side, data.side, 1]),
      labels: tf.oneHot(
        tf.tensor1d(
          rows.map((row) => data.labels[row] ?? 0),
          'int32',
        ),
        architecture.classes,
      ) as tf.Tensor2D,
      probes: places.map(({ shape }) => tf.zeros([...shape])),
    }));
    const all = [...weights, ...probes];
    const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) =>
      lossOf(images, labels, inputs.slice(0, weights.length), inputs.slice(weights.length)),
    )(all);
    optimizer.applyGradients(weights.map(({ name }, i) => ({ name, tensor: grads[i] as tf.Tensor })));
    const gradients = await Promise.all(grads.map(async (gradient) => Float32Array.from(await gradient.data())));
    const loss = (await value.data())[0] ?? NaN;
    tf.dispose([images, labels, probes, grads, value]);
    return { loss, gradients };
  }
}

function describe(steps: number): Pick<GradientRecord, 'madeBy' | 'how' | 'steps' | 'keptSteps'> {
  const { seed, pictures, batch, rate, keptSteps } = recording;
  const [first, second] = architecture.convolutions;
  return {
    madeBy: 'pnpm -C apps/explorables gradients',
    how: `float32, ${pictures} drawn digits of 24x24 (seed ${seed}); convolutions of ${first} and ${second} filters with relu and max-pooling, dense ${architecture.hidden}, dense ${architecture.classes}; mean softmax cross-entropy, batch ${batch}, Adam ${rate}`,
    steps,
    keptSteps: keptSteps.filter((step) => step <= steps),
  };
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
