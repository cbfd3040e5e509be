import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { dynamicLossScale, staticLossScale } from '@halftone/loss-scale';
import { handOver } from './crossing.ts';
import { startPython } from './python.ts';
import { buildMixed, drawExamples, trainOn } from './seam-model.ts';
import type { Stage } from './stages.ts';

const programs = fileURLToPath(new URL('../python', import.meta.url));
/** What training.json may name: the right columns of the tables in packages/models/src/keras/losses.ts. */
const NAMES = {
  losses: [
    'binary_crossentropy',
    'categorical_crossentropy',
    'categorical_hinge',
    'cosine_similarity',
    'hinge',
    'kl_divergence',
    'log_cosh',
    'mean_absolute_error',
    'mean_absolute_percentage_error',
    'mean_squared_error',
    'mean_squared_logarithmic_error',
    'poisson',
    'sparse_categorical_crossentropy',
    'squared_hinge',
  ],
  metrics: ['accuracy', 'binary_accuracy', 'categorical_accuracy', 'sparse_categorical_accuracy', 'crossentropy'],
} as const;
const RUNS = 40;
const VERDICTS = 60;

/** The tests of the project's Python: saves that survive a crash, data, loss scale, errors. */
export function pythonStage(scratch: string): Stage {
  return {
    claims: [
      'the tests of the Python itself pass: a crash at any moment of a save, files cut off, the loss scale of Halftone bit for bit',
      'the linter of Python has nothing to say',
    ],
    async run() {
      const folder = join(scratch, 'python');
      const examples = drawExamples();
      const model = buildMixed('mixed_float16');
      await trainOn(model, examples, { from: 0, to: 2 });
      await handOver(model, folder, { strategy: 'mirrored', examples });
      tf.dispose([examples.x, examples.y]);
      model.dispose();
      writeFileSync(join(folder, 'scales.json'), JSON.stringify(scaleRuns()));
      writeFileSync(join(folder, 'names.json'), JSON.stringify(NAMES));
      const { code, stderr } = await startPython([join(programs, 'test_project.py'), folder], folder).end;
      const counted = /^Ran (\d+) tests/m.exec(stderr)?.[1];
      if (code !== 0) process.stderr.write(stderr.slice(-4000));
      const lint = await startPython(
        ['-m', 'ruff', 'check', '--no-cache', '--config', join(programs, 'ruff.toml'), programs, folder],
        folder,
      ).end;
      if (lint.code !== 0) process.stderr.write(lint.stdout + lint.stderr);
      return [
        { passed: code === 0 && Number(counted) > 0, figures: `${counted ?? 'no'} tests` },
        { passed: lint.code === 0, figures: lint.stdout.trim().split('\n').at(-1) ?? '' },
      ];
    },
  };
}

/** Runs of our loss scale: what came after each verdict, from 2^-14 up to 2^24. */
function scaleRuns(): readonly object[] {
  let random = 7;
  const next = (): number => (random = (random * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: RUNS }, (_, run) => {
    const [growthInterval, initialScale] = [1 + (run % 5), 2 ** (Math.floor(next() * 39) - 14)];
    const machine = run % 8 === 7 ? staticLossScale(initialScale) : dynamicLossScale({ initialScale, growthInterval });
    const finite = Array.from({ length: VERDICTS }, () => next() < run / RUNS);
    let state = machine.init();
    const first = state;
    const states = finite.map((verdict) => (state = machine.next(state, verdict))).map(({ scale, goodSteps }) => ({ scale, goodSteps }));
    return { kind: machine.kind, growthInterval, first, finite, states };
  });
}
