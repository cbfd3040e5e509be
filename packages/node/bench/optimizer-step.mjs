// Times a step of mixedPrecisionOptimizer with a dynamic loss scale: fused against op by op, in turn, with the same gradients.
//   pnpm -C packages/node build && node packages/node/bench/optimizer-step.mjs [--steps 30] [--optimizer adam] [--only '60 x [64,64]'] [--json]
// Counts what goes into TensorFlow: calls of the native binding's executeOp. A step ends when every weight has a handle that the
// next forward pass can use. On a busy machine the fastest step and this process's own CPU time tell more than the median.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { pluginFor } from '@halftone/autocast';
import { dynamicLossScale } from '@halftone/loss-scale';
import { useNode } from '@halftone/node';
import { adamW, lamb, mixedPrecisionOptimizer } from '@halftone/optimizer';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '30' },
    optimizer: { type: 'string', default: 'adam' },
    only: { type: 'string' },
    clip: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const WARM_UP = 3;
const many = (count, shape) => Array.from({ length: count }, () => shape);
/** A convolutional net's: filters, gains and offsets of many sizes. */
const net = [3, 64, 64, 128, 128, 256].flatMap((channels, at) => {
  const next = [64, 64, 128, 128, 256, 256][at];
  return [[3, 3, channels, next], [next], [next], [next]];
});
const CASES = {
  '60 x [64]': many(60, [64]),
  '60 x [64,64]': many(60, [64, 64]),
  '60 x [128,128]': many(60, [128, 128]),
  '24 of a convolutional net': net,
  '24 x [256,256]': many(24, [256, 256]),
  '8 x [512,512]': many(8, [512, 512]),
  '8 x [1024,1024]': many(8, [1024, 1024]),
};
const OPTIMIZERS = {
  sgd: () => tf.train.sgd(0.01),
  momentum: () => tf.train.momentum(0.01, 0.9),
  adam: () => tf.train.adam(0.001),
  rmsprop: () => tf.train.rmsprop(0.001),
  adamw: () => adamW(0.001),
  lamb: () => lamb(0.001),
};

createRequire(import.meta.url)('@tensorflow/tfjs-node');
await tf.setBackend('tensorflow');
let calls = 0;
const native = tf.backend().binding;
const counted = {};
for (const name of Object.getOwnPropertyNames(native)) counted[name] = native[name];
counted.executeOp = (...given) => {
  calls++;
  return native.executeOp(...given);
};
tf.backend().binding = counted;
const handle = await useNode();
const plugin = pluginFor(handle.backendName);
const { fusedOptimizer } = plugin;
const show = (fusing) => {
  if (fusing) plugin.fusedOptimizer = fusedOptimizer;
  else delete plugin.fusedOptimizer;
};

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const results = [];
for (const [name, shapes] of Object.entries(CASES)) {
  if (options.only !== undefined && options.only !== name) continue;
  const gradients = shapes.map((shape, index) => tf.randomNormal(shape, 0, 100, 'float32', index + 1));
  for (const gradient of gradients) tf.backend().getInputTensorIds([gradient]);
  const sides = [false, true].map((fusing) => {
    show(fusing);
    const variables = shapes.map((shape, index) => tf.tidy(() => tf.variable(tf.randomUniform(shape, -1, 1, 'float32', index + 99))));
    const optimizer = mixedPrecisionOptimizer(OPTIMIZERS[options.optimizer](), {
      lossScale: dynamicLossScale(),
      statusEvery: 1e6,
      ...(options.clip ? { clipNorm: 1 } : {}),
    });
    const list = variables.map((variable, index) => ({ name: variable.name, tensor: gradients[index] }));
    return { fusing, variables, optimizer, list, ms: [], cpu: [], calls: 0 };
  });
  for (let turn = 0; turn < WARM_UP + Number(options.steps); turn++) {
    for (const side of turn % 2 === 0 ? sides : [...sides].reverse()) {
      show(side.fusing);
      calls = 0;
      const cpu = process.cpuUsage();
      const start = performance.now();
      side.optimizer.applyGradients(side.list);
      tf.backend().getInputTensorIds(side.variables);
      const ms = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      if (turn < WARM_UP) continue;
      side.ms.push(ms);
      side.cpu.push((user + system) / 1000);
      side.calls = calls;
    }
  }
  const [plain, fused] = sides.map(({ ms, cpu, calls: ops, optimizer }) => ({
    ops,
    medianMs: Number(median(ms).toFixed(2)),
    fastestMs: Number(Math.min(...ms).toFixed(2)),
    cpuMs: Number(median(cpu).toFixed(2)),
    path: optimizer.stepPath,
  }));
  const ratio = (what) => Number((plain[what] / fused[what]).toFixed(2));
  results.push({ name, plain, fused, faster: { median: ratio('medianMs'), fastest: ratio('fastestMs'), cpu: ratio('cpuMs') } });
  for (const side of sides) {
    side.optimizer.dispose();
    side.variables.forEach((variable) => variable.dispose());
  }
  tf.dispose(gradients);
}
show(true);
handle.dispose();

if (options.json) console.log(JSON.stringify({ tensorflow: handle.capabilities.version, optimizer: options.optimizer, results }, null, 1));
else {
  console.log(`${options.optimizer}, milliseconds a step: median (fastest) [calls of TensorFlow]`);
  for (const { name, plain, fused, faster } of results) {
    const text = ({ medianMs, fastestMs, cpuMs, ops }) => `${medianMs} (${fastestMs}) cpu ${cpuMs} [${ops}]`;
    console.log(
      `${name.padEnd(26)} op by op ${text(plain)}  fused ${text(fused)}  ${faster.median}x (${faster.fastest}x) cpu ${faster.cpu}x`,
    );
  }
}
