/**
 * A program that trains a small CNN and saves it: `program <emulate | webgpu> <folder> <steps> <every>`. It goes on from what is in the
 * folder, prints `saved N` after each save, and in the end the weights as hexadecimal bits. Meant to be killed.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useEmulated } from '@halftone/emulate';
import { useWebGPU } from '@halftone/webgpu';
import { emaOf, mixedPrecision, restoreCheckpoint, saveCheckpoint, seedDropout } from '../src/index.ts';

const [backend, folder = '', steps = '0', every = '1'] = process.argv.slice(2);
const handle = backend === 'webgpu' ? await useWebGPU({ deterministic: true }) : await useEmulated({ base: 'cpu' });

const seeded = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> } => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
});
const { batchNormalization, conv2d, dense, dropout, flatten } = tfl.layers;
const model = tfl.sequential({
  layers: [
    conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'relu', ...seeded(1) }),
    batchNormalization(),
    flatten(),
    dropout({ rate: 0.2 }),
    dense({ units: 16, activation: 'relu', ...seeded(2) }),
    dense({ units: 3, activation: 'softmax', ...seeded(3) }),
  ] as never,
});
model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
mixedPrecision(model);
seedDropout(model, 5);
const average = emaOf(model, { decay: 0.9 });

/** The data of a step, the same in every process. */
function batch(step: number): readonly [tf.Tensor, tf.Tensor] {
  const values = Float32Array.from({ length: 8 * 36 }, (_, i) => Math.sin((i + 1) * (step + 3) * 0.7));
  const labels = Float32Array.from({ length: 24 }, (_, i) => ((step + Math.floor(i / 3)) % 3 === i % 3 ? 1 : 0));
  // one step in 29 overflows, so that skips are part of the run
  return [tf.mul(tf.tensor(values, [8, 6, 6, 1]), step % 29 === 28 ? 3e38 : 1), tf.tensor(labels, [8, 3])];
}

const restored = await restoreCheckpoint(model, folder, { optional: true });
let step = (restored?.metadata as { readonly step: number } | undefined)?.step ?? 0;
console.log(`from ${step}`);
while (step < Number(steps)) {
  const [x, y] = batch(step);
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
  step += 1;
  if (step % Number(every) === 0) {
    console.log(`saving ${step}`);
    await saveCheckpoint(model, folder, { metadata: { step } });
    console.log(`saved ${step}`);
  }
}
const named = [...model.getWeights(), ...Object.values(average.averages())];
const bits: string[] = [];
for (const tensor of named) bits.push(Buffer.from(new Uint8Array(((await tensor.data()) as Float32Array).slice().buffer)).toString('hex'));
const scale = await (model.optimizer as unknown as { lossScaleState(): Promise<object> }).lossScaleState();
console.log(`end ${JSON.stringify({ scale, bits: bits.join(' ') })}`);
handle.dispose();
process.exit(0);
