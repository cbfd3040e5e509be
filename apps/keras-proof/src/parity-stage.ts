import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mixedPrecision } from '@halftone/models';
import { handOver } from './crossing.ts';
import { CROSSING, drawFor, REFUSED, type ParityModel } from './parity-models.ts';
import { startPython } from './python.ts';
import type { Finding, Stage } from './stages.ts';

const SAMPLES = 24;
const STEPS = 2;
/** Largest difference of an output in float32, of outputs near 1: sums in another order. */
const SAME_OUTPUT = 2e-6;
/** Largest relative difference of a loss under the mixed policy: float16 has 11 bits. */
const SAME_MIXED_LOSS = 5e-3;
const program = fileURLToPath(new URL('../python/parity.py', import.meta.url)); // beside src/ as beside dist/

interface Answer {
  readonly error?: string;
  readonly outputs: readonly (readonly number[])[];
  readonly trainLoss: number;
  readonly finite: boolean;
  readonly slots: number;
  readonly iterations: number;
}

interface Expected {
  readonly name: string;
  readonly folder: string;
  readonly outputs: readonly Float32Array[];
  readonly loss: number;
}

/** Models of many classes and shapes: handed over after two steps, then asked in Keras. What the file of each class says is tested in packages/models. */
export function parityStage(scratch: string): Stage {
  return {
    claims: [
      `${CROSSING.length} models of many layer classes and shapes predict in Keras what they predict in tfjs (within ${SAME_OUTPUT})`,
      `their next mixed_float16 step in Keras has the loss of their next step in tfjs (within ${100 * SAME_MIXED_LOSS} %)`,
      'a custom layer, and masks in front of a Bidirectional, are refused by name before a file is written',
    ],
    async run() {
      const expected: Expected[] = [];
      for (const [index, one] of CROSSING.entries()) expected.push(await handed(one, join(scratch, `parity-${index}`)));
      const list = join(scratch, 'folders.json');
      writeFileSync(list, JSON.stringify(expected.map(({ folder }) => folder)));
      const { stdout, stderr } = await startPython([program, list], scratch).end;
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
      if (answers.length !== expected.length)
        throw new Error(`[keras-proof] ${expected.length} answers were expected, got ${answers.length}: ${stderr.slice(-2000)}`);
      const outputs = expected.map((one, index) => ({
        name: one.name,
        off: outputsOff(answers[index] as Answer, one),
        why: answers[index]?.error,
      }));
      const losses = expected.map((one, index) => ({ name: one.name, off: lossOff(answers[index] as Answer, one), why: undefined }));
      return [judged(outputs, SAME_OUTPUT), judged(losses, SAME_MIXED_LOSS), await refusals(join(scratch, 'parity-refused'))];
    },
  };
}

/** Trains a model for two steps, hands it over, and says what Keras should answer. */
async function handed(one: ParityModel, folder: string): Promise<Expected> {
  const model = mixedPrecision(one.build(), 'mixed_float16');
  const { x, y } = drawFor(one, model, SAMPLES);
  compile(model);
  for (let step = 0; step < STEPS; step++) await model.trainOnBatch(x, y);
  await handOver(model, folder, { strategy: 'mirrored', examples: { x, y }, batchSize: SAMPLES });
  const plain = one.build();
  tf.tidy(() => plain.setWeights(model.getWeights().map((weight) => tf.tensor(weight.dataSync(), weight.shape))));
  const outputs = tf.tidy(() => [plain.predict(x)].flat().map((output: Tensor) => output.dataSync().slice() as Float32Array));
  const loss = ([await model.trainOnBatch(x, y)].flat() as number[])[0] ?? Number.NaN;
  tf.dispose([x, y]);
  model.dispose();
  plain.dispose();
  return { name: one.name, folder, outputs, loss };
}

function compile(model: LayersModel): void {
  const loss = ['categoricalCrossentropy', 'meanSquaredError'].slice(0, model.outputs.length);
  model.compile({ optimizer: tf.train.adam(0.02), loss });
}

/** Infinite where Keras refused, or did not take over two steps and their slots. */
function outputsOff({ error, outputs, slots, iterations }: Answer, expected: Expected): number {
  if (error !== undefined || outputs.length !== expected.outputs.length || slots === 0 || iterations !== STEPS + 1) return Infinity;
  const worst = expected.outputs.map((values, at) => {
    const theirs = outputs[at] ?? [];
    return theirs.length === values.length ? Math.max(...theirs.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN)))) : Infinity;
  });
  return Math.max(...worst.map((off) => (Number.isNaN(off) ? Infinity : off)));
}

function lossOff({ error, trainLoss, finite }: Answer, { loss }: Expected): number {
  const off = Math.abs(trainLoss - loss) / loss;
  return error === undefined && finite && Number.isFinite(off) ? off : Infinity;
}

function judged(
  found: readonly { readonly name: string; readonly off: number; readonly why: string | undefined }[],
  bound: number,
): Finding {
  const wrong = found.filter(({ off }) => !(off <= bound));
  const worst = found.reduce((most, one) => (one.off > most.off ? one : most));
  const named = wrong.map(({ name, off, why }) => `${name} by ${off.toExponential(1)}${why === undefined ? '' : ` (${why})`}`);
  return {
    passed: wrong.length === 0,
    figures: wrong.length === 0 ? `worst ${worst.name} by ${worst.off.toExponential(1)}` : `off: ${named.join('; ')}`,
  };
}

async function refusals(folder: string): Promise<Finding> {
  const wrong: string[] = [];
  for (const one of REFUSED) {
    const model = one.build();
    const { x, y } = drawFor(one, model, SAMPLES);
    compile(model);
    const said = await handOver(model, folder, { strategy: 'mirrored', examples: { x, y }, batchSize: SAMPLES }).then(
      () => 'nothing',
      (error: unknown) => String(error),
    );
    tf.dispose([x, y]);
    model.dispose();
    if (!said.includes(one.word) || existsSync(folder)) wrong.push(`${one.name}: ${said}`);
  }
  return { passed: wrong.length === 0, figures: wrong.length === 0 ? REFUSED.map(({ word }) => word).join(' and ') : wrong.join('; ') };
}
