// Times one train step of the budgets' `cnn` (conv3x3x16, batch norm, relu, max-pool 2, dense 10 softmax, 28x28x1, batch 64, Adam).
//   pnpm -C packages/emulate build && node packages/emulate/bench/cnn-step.mjs [--base wasm] [--observe] [--steps 30] [--kernels] [--json]
// Policies take turns, so that a busy machine hurts all alike. Milliseconds of the wall clock and of this process's own CPU time;
// where other programs run too, the CPU time and the fastest step tell more.
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { setDefaultPolicy } from '@halftone/autocast';
import { useEmulated } from '@halftone/emulate';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'wasm' },
    observe: { type: 'boolean', default: false },
    steps: { type: 'string', default: '30' },
    kernels: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const POLICIES = ['none', 'mixed_float16', 'mixed_bfloat16', 'float16'];
const WARM_UP = 3;

function cnn() {
  const { layers: L, initializers } = layers;
  return layers.sequential({
    layers: [
      L.conv2d({ inputShape: [28, 28, 1], filters: 16, kernelSize: 3, kernelInitializer: initializers.glorotUniform({ seed: 1 }) }),
      L.batchNormalization(),
      L.reLU(),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 10, activation: 'softmax', kernelInitializer: initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
}

const handle = await useEmulated({ base: options.base, observe: options.observe });
const x = tf.randomNormal([64, 28, 28, 1], 0, 1, 'float32', 7);
const y = tf.tidy(() =>
  tf.cast(
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 64 }, (_, i) => (i * 7) % 10),
        'int32',
      ),
      10,
    ),
    'float32',
  ),
);
const runs = POLICIES.map((policy) => {
  const model = cnn();
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
  return { policy, model, wall: [], cpu: [] };
});

async function step({ policy, model, wall, cpu }) {
  const undo = policy === 'none' ? () => undefined : setDefaultPolicy(policy);
  const [start, used] = [performance.now(), process.cpuUsage()];
  await model.trainOnBatch(x, y);
  const { user, system } = process.cpuUsage(used);
  wall.push(performance.now() - start);
  cpu.push((user + system) / 1000);
  undo();
}

for (let i = 0; i < Number(options.steps) + WARM_UP; i++) for (const run of runs) await step(run);
const sorted = (values) => values.slice(WARM_UP).sort((a, b) => a - b);
const round = (value) => Math.round(value * 10) / 10;
const figures = (values) => ({
  median: round(sorted(values)[Math.floor((values.length - WARM_UP) / 2)]),
  fastest: round(sorted(values)[0]),
});
const report = runs.map(({ policy, wall, cpu }) => ({ policy, wallMs: figures(wall), cpuMs: figures(cpu) }));
if (options.json) console.log(JSON.stringify({ base: options.base, node: process.version, steps: Number(options.steps), report }));
else
  console.table(
    Object.fromEntries(
      report.map(({ policy, wallMs, cpuMs }) => [
        policy,
        { 'wall median': wallMs.median, 'wall fastest': wallMs.fastest, 'CPU median': cpuMs.median, 'CPU fastest': cpuMs.fastest },
      ]),
    ),
  );

if (options.kernels) {
  const { kernels } = await tf.profile(async () => {
    await runs[0].model.trainOnBatch(x, y);
    return x;
  });
  const totals = new Map();
  for (const { name, kernelTimeMs } of kernels) totals.set(name, (totals.get(name) ?? 0) + (await kernelTimeMs));
  console.table(
    Object.fromEntries(
      [...totals]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 15)
        .map(([name, ms]) => [name, { ms: round(ms) }]),
    ),
  );
}
handle.dispose();
