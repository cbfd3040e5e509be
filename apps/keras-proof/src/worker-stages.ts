import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { handOver } from './crossing.ts';
import { readLog, readSaved, tensorBytes, type LogLine } from './folders.ts';
import { runPython, runWorkers, startWorkers, type WorkerEnd } from './python.ts';
import { BATCH, buildMixed, drawExamples, poisoned, trainOn } from './seam-model.ts';
import type { Finding, Stage } from './stages.ts';

const STEPS = 12;
/** Sums of 16 examples in two halves, and a batch norm over two parts, round otherwise than in one. */
const SAME_LOSS = 2e-3;
const LONG = 300;
const KILL_AFTER = 130;
const SAVE_EVERY = 20;
const TRY_AGAIN = 75;
const LONGEST_WAIT = 60_000; // ms until a worker notices that another one is gone

/** One worker, two workers and one process with two replicas, at the same global batch. */
export function agreementStage(scratch: string): Stage {
  return {
    claims: [
      `one worker and two agree at equal global batch over ${STEPS} steps (losses within ${100 * SAME_LOSS} %)`,
      'both workers end with the same bits',
      'two replicas of one machine end with the bits of two workers',
    ],
    async run() {
      const [one, two, replicas] = [join(scratch, 'agree-1'), join(scratch, 'agree-2'), join(scratch, 'agree-replicas')];
      await handOverTrained([
        [one, 'mirrored'],
        [two, 'multi_worker'],
        [replicas, 'mirrored'],
      ]);
      const args = ['--no-shuffle', '--steps', String(STEPS)];
      const [, split] = await Promise.all([
        runPython(['train.py', ...args], one),
        runPython<WorkerEnd>(['train.py', ...args, '--cpu-replicas', '2'], replicas),
      ]);
      const ends = await runWorkers(two, args);
      const difference = worst(readLog(two), readLog(one));
      return [
        { passed: difference <= SAME_LOSS, figures: `at most ${(100 * difference).toFixed(4)} %` },
        { passed: ends[0]?.weights === ends[1]?.weights && ends[0]?.step === ends[1]?.step, figures: shortened(ends) },
        { passed: split.weights === ends[0]?.weights, figures: shortened([split]) },
      ];
    },
  };
}

/** An example beyond float16 among the rows of the second worker. */
export function overflowStage(scratch: string): Stage {
  return {
    claims: [
      'an overflow on one worker skips the step on both',
      'the skipped step never happened: weights, statistics and slots keep their bits',
    ],
    async run() {
      const folder = join(scratch, 'overflow');
      await handOverTrained([[folder, 'multi_worker']], { poisonedExample: BATCH + BATCH - 2 });
      await runWorkers(folder, ['--no-shuffle', '--steps', '1']);
      const before = both(folder);
      const ends = await runWorkers(folder, ['--no-shuffle', '--steps', '2']);
      const after = both(folder);
      const { lossScale, optimizer } = readSaved(folder);
      const log = readLog(folder);
      const halved = lossScale.scale === (log[1]?.scale ?? 0) / 2;
      const skips = log.map(({ skipped }) => (skipped ? 'skipped' : 'applied')).join(', ');
      const isSame = ends[0]?.weights === ends[1]?.weights && ends[0]?.step === ends[1]?.step;
      return [
        {
          passed: isSame && halved && skips === 'applied, skipped',
          figures: `${skips}; scale ${log[1]?.scale} to ${lossScale.scale}`,
        },
        {
          passed: before.equals(after) && lossScale.skipped === 1 && optimizer.iterations === 13,
          figures: `${after.length} bytes equal: ${before.equals(after)}, ${optimizer.iterations} applied steps`,
        },
      ];
    },
  };
}

/** A worker that is killed in the middle, against the same run left alone. */
export function killedStage(scratch: string): Stage {
  return {
    claims: [
      `the worker that is left ends with exit code ${TRY_AGAIN} instead of hanging`,
      'started again, both go on from the last save and end with the bits of a run that was never killed, dropout and shuffling included',
    ],
    async run() {
      const [whole, killed] = [join(scratch, 'whole'), join(scratch, 'killed')];
      await handOverTrained(
        [
          [whole, 'multi_worker'],
          [killed, 'multi_worker'],
        ],
        { dropout: 0.2 },
      );
      const args = ['--steps', String(LONG), '--save-every', String(SAVE_EVERY)];
      const expected = await runWorkers(whole, args);
      const runs = await startWorkers(killed, args);
      while (readLog(killed).length < KILL_AFTER && runs.every(({ child }) => child.exitCode === null)) await pause(50);
      runs[1]?.child.kill('SIGKILL');
      const start = performance.now();
      const timer = setTimeout(() => runs[0]?.child.kill('SIGKILL'), LONGEST_WAIT);
      const left = await runs[0]?.end;
      clearTimeout(timer);
      const seconds = (performance.now() - start) / 1000;
      const savedAt = readSaved(killed).step;
      const ends = await runWorkers(killed, args);
      const log = readLog(killed);
      const isWhole = log.length === LONG && log.every(({ step }, index) => step === index + 1 + (log[0]?.step ?? 0) - 1);
      return [
        { passed: left?.code === TRY_AGAIN, figures: `exit code ${left?.code} after ${seconds.toFixed(1)} s` },
        {
          passed: isWhole && expected[0]?.weights === ends[0]?.weights && ends[0]?.weights === ends[1]?.weights,
          figures: `went on from step ${savedAt}, ${log.length} lines in the log, ${shortened(ends)}`,
        },
      ];
    },
  };
}

/** The configuration for TPUs, as far as it goes without one. */
export function tpuStage(scratch: string): Stage {
  return {
    claims: ['Keras loads the configuration for TPUs, mixed_bfloat16, and computes with it (not run on a TPU)'],
    async run(): Promise<readonly Finding[]> {
      const folder = join(scratch, 'tpu');
      await handOverTrained([[folder, 'tpu']], { policy: 'mixed_bfloat16' });
      const report = await runPython<{ loss: number; policyLoss: number; policies: string[] }>(
        ['train.py', '--check', '--no-shuffle'],
        folder,
      );
      const off = Math.abs(report.policyLoss - report.loss) / report.loss;
      const passed = report.policies.join() === 'float32,mixed_bfloat16' && off > 0 && off < 2 ** -5;
      return [{ passed, figures: `${report.policies.join(' and ')}, loss off by ${(100 * off).toFixed(2)} %` }];
    },
  };
}

type Strategy = 'mirrored' | 'multi_worker' | 'tpu';

interface Trained {
  readonly policy?: string;
  readonly dropout?: number;
  readonly poisonedExample?: number;
}

/** Trains a model for 12 steps and hands it over to each folder. */
async function handOverTrained(folders: readonly (readonly [string, Strategy])[], trained: Trained = {}): Promise<void> {
  const { policy = 'mixed_float16', dropout = 0, poisonedExample } = trained;
  const examples = drawExamples();
  const model = buildMixed(policy, { dropout });
  await trainOn(model, examples, { from: 0, to: STEPS });
  const handed = poisonedExample === undefined ? examples : poisoned(examples, poisonedExample);
  for (const [folder, strategy] of folders) await handOver(model, folder, { strategy, examples: handed });
  tf.dispose([examples.x, examples.y, handed.x, handed.y]);
  model.dispose();
}

function both(folder: string): Buffer {
  return Buffer.concat(['weights.safetensors', 'optimizer.safetensors'].map((name) => tensorBytes(join(folder, 'out'), name)));
}

function worst(lines: readonly LogLine[], expected: readonly LogLine[]): number {
  const differences = expected.map(
    ({ loss }, index) => Math.abs((lines[index]?.loss ?? Number.NaN) - (loss ?? Number.NaN)) / (loss ?? Number.NaN),
  );
  return differences.length > 0 && differences.every(Number.isFinite) ? Math.max(...differences) : Infinity;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const shortened = (ends: readonly WorkerEnd[]): string => ends.map(({ step, weights }) => `step ${step} ${weights.slice(0, 8)}`).join(', ');
