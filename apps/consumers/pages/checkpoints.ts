/** A page that trains a tiny model and keeps it in IndexedDB; `browser-checkpoints.mjs` tells it what to do. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { mixedPrecision, releaseCheckpoint, removeCheckpoint, restoreCheckpoint, saveCheckpoint } from '@halftone/models';
import { useEmulated } from '@halftone/emulate';

await useEmulated({ base: 'cpu' });
const seeded = (seed: number): { kernelInitializer: ReturnType<typeof tfl.initializers.glorotUniform> } => ({
  kernelInitializer: tfl.initializers.glorotUniform({ seed }),
});
const { dense } = tfl.layers;
const model = tfl.sequential({
  layers: [dense({ inputShape: [8], units: 32, activation: 'relu', ...seeded(1) }), dense({ units: 2, ...seeded(2) })] as never,
});
model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
mixedPrecision(model);
let step = 0;

/** https://wicg.github.io/storage-buckets, as far as it is needed here. */
interface StorageBuckets {
  open(name: string, options: { readonly quota: number }): Promise<{ readonly indexedDB: IDBFactory }>;
}

/** What became of a call, as plain data. */
async function outcome(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    (value) => `done ${JSON.stringify(value)}`,
    (error: unknown) => String(error),
  );
}

const tab = {
  async train(steps: number): Promise<string> {
    for (const end = step + steps; step < end; step++) {
      const x = tf.tensor(
        Float32Array.from({ length: 64 }, (_, i) => Math.sin((i + 1) * (step + 2))),
        [8, 8],
      );
      await model.trainOnBatch(x, tf.ones([8, 2]));
    }
    return model
      .getWeights()
      .map((weight) => [...new Uint8Array(weight.dataSync().slice().buffer)].join())
      .join(' ');
  },
  save: (target: string, takeOver = false) =>
    outcome(async () => (await saveCheckpoint(model, target, { metadata: step, takeOver })).iterations),
  restore: (target: string) => outcome(async () => (step = (await restoreCheckpoint(model, target)).metadata as number)),
  /** Noise: a browser may store what compresses in less room. */
  saveLarge: (target: string, megabytes: number) =>
    outcome(() => saveCheckpoint({ variables: { large: tf.variable(tf.randomUniform([megabytes * 2 ** 18])) } }, target)),
  /** From here on IndexedDB is that of a storage bucket with so many bytes. */
  useSmallBucket: (quota: number) =>
    outcome(async () => {
      const { storageBuckets } = navigator as unknown as { readonly storageBuckets: StorageBuckets };
      const { indexedDB } = await storageBuckets.open('small', { quota });
      Object.defineProperty(globalThis, 'indexedDB', { value: indexedDB, configurable: true });
    }),
  release: (target: string) => outcome(() => releaseCheckpoint(target)),
  remove: (target: string) => outcome(() => removeCheckpoint(target)),
};

Object.assign(globalThis, { tab });
document.title = 'ready';
