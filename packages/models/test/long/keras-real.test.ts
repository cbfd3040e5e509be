import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { requireOrSkip } from '@halftone/testing';
import { modelFromKeras } from '../../src/keras/model-from-keras.ts';
import { modelToKeras } from '../../src/keras/model-to-keras.ts';
import { kerasCases } from '../keras-cases.ts';
import type { KerasAnswer } from '../keras-check.ts';
import { answerOf, differences, setByFormula } from '../keras-check.ts';

const keras = await requireOrSkip('keras');
/** An interpreter that has Keras 3 on TensorFlow. */
const python = keras.reason;
const golden = fileURLToPath(new URL('../golden/keras_models.json', import.meta.url));
const script = fileURLToPath(new URL('../golden/make_keras_models.py', import.meta.url));

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test.skipIf(!keras.available)(
  'real Keras loads every model that toKeras writes, orders its weights alike and computes the same',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halftone-keras-'));
    try {
      const [cases, out] = [join(folder, 'cases.json'), join(folder, 'out.json')];
      const written = kerasCases.map(({ name, build, indices }) => ({ name, indices, model: modelToKeras(build()) }));
      writeFileSync(cases, JSON.stringify(written));
      execFileSync(python, [script, cases, out], { stdio: ['ignore', 'ignore', 'pipe'] });
      if (process.env['HALFTONE_WRITE_GOLDEN'] !== undefined) copyFileSync(out, golden);
      const answers = (JSON.parse(readFileSync(out, 'utf8')) as { cases: KerasAnswer[] }).cases;
      const wrong: string[] = [];
      for (const [index, answer] of answers.entries()) {
        const found = await compare(index, answer, written[index]?.model).catch((error: unknown) => [`${answer.name}: ${String(error)}`]);
        wrong.push(...found);
      }
      expect(wrong).toEqual([]);
      expect(answers).toHaveLength(kerasCases.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);

async function compare(index: number, answer: KerasAnswer, ours: unknown): Promise<readonly string[]> {
  const { name, build, indices, oneWay } = kerasCases[index] as (typeof kerasCases)[number];
  if (answer.error !== undefined) return [`${name}: ${answer.error}`];
  const wrong = differences(ours, answer.json).map((line) => `${name}${line}`);
  const back = oneWay === undefined ? [['back', await modelFromKeras(answer.json)] as const] : [];
  for (const [side, model] of [['built', build()] as const, ...back]) {
    const keys = setByFormula(model);
    if (JSON.stringify(keys) !== JSON.stringify(answer.weights))
      wrong.push(`${name}, ${side}: weights ${JSON.stringify(keys)} ${JSON.stringify(answer.weights)}`);
    for (const [at, { shape, values }] of answerOf(model, indices).entries()) {
      const theirs = answer.outputs[at];
      if (JSON.stringify(shape) !== JSON.stringify(theirs?.shape)) wrong.push(`${name}, ${side}: shape ${JSON.stringify(shape)}`);
      const worst = Math.max(
        ...Array.from(values, (value, i) => Math.abs(value - (theirs?.values[i] ?? NaN)) / Math.max(1, Math.abs(value))),
      );
      if (!(worst <= 1e-5)) wrong.push(`${name}, ${side}: output ${at} is off by ${worst}`);
    }
    model.dispose();
  }
  return wrong;
}
