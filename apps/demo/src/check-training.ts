import { join } from 'node:path';
import { sharedData, sharedFolder } from '@halftone/testing';
import { checkClaims, skipClaims, train, type MissingNeed } from './claims.ts';
import { findDeviceInProcess } from './run-process.ts';
import { DEFAULTS, type RunSpec } from './run-spec.ts';
import { TRAINING_CHECKS, type CheckedRuns } from './training-checks.ts';

// Short trainings on real digits, for CI: prints one line a claim and ends with `N passed, N failed, N skipped`.
// Trains on 4,000 of the 8,000 pictures, 2 epochs, one seed; the whole training with five seeds is evidence/mnist-five-seeds.mjs.

const IMAGES = 4000;
const EPOCHS = 2;
const SHORT = { everythingHalf: 30, packed: 40, emulated: 20, overflowing: 14 } as const;
const TOO_HIGH = 2 ** 24; // the highest that a loss scale may be

const missing = await missingNeed();
if (missing === undefined) await checkClaims(TRAINING_CHECKS, trainAll);
else skipClaims(TRAINING_CHECKS, missing);

async function missingNeed(): Promise<MissingNeed | undefined> {
  if (sharedFolder() === undefined) return { need: 'shared', why: 'HALFTONE_SHARED names no folder with real digits' };
  const device = await findDeviceInProcess();
  if (device.description === undefined) return { need: 'vulkan', why: 'WebGPU finds no adapter' };
  return device.shaderF16
    ? undefined
    : { need: 'vulkan', why: 'the adapter has no shader-f16, so there is no f16 to compare packed halves with' };
}

async function trainAll(scratch: string): Promise<CheckedRuns> {
  const folder = join(sharedData('data/mnist/t10k-images-idx3-ubyte.gz'), '..');
  const { batch, learningRate, batchNormMomentum } = DEFAULTS.mnist;
  const steps = EPOCHS * Math.floor(IMAGES / batch);
  const data = { kind: 'mnist', folder, images: IMAGES } as const;
  const whole = { plugin: 'webgpu', data, seed: 1, steps, batch, learningRate, batchNormMomentum, packed: false, evaluate: true } as const;
  const mixed: RunSpec = { ...whole, kind: 'mixed', policy: 'mixed_float16' };
  const short = { ...mixed, evaluate: false };
  return {
    stock: await train('stock float32', { ...whole, kind: 'stock', policy: 'float32' }),
    mixed: await train('mixed_float16', { ...mixed, weightsFile: join(scratch, 'weights.bin') }),
    everythingHalf: await train('everything in half', {
      ...short,
      kind: 'everything-half',
      policy: 'float16',
      steps: SHORT.everythingHalf,
    }),
    packed: await train('packed halves', { ...short, packed: true, steps: SHORT.packed }),
    emulated: await train('emulated', { ...short, plugin: 'emulate', steps: SHORT.emulated }),
    overflowing: await train('overflowing', { ...short, initialScale: TOO_HIGH, steps: SHORT.overflowing }),
  };
}
