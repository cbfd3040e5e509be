import { join } from 'node:path';
import { sharedData, sharedFolder } from '@halftone/testing';
import { checkClaims, skipClaims, train, type MissingNeed } from './claims.ts';
import { NODE_BOUNDS, NODE_TRAINING_CHECKS, type CheckedNodeRuns } from './node-training-checks.ts';
import { findDeviceInProcess, findTensorflowInProcess } from './run-process.ts';
import { DEFAULTS, type RunSpec } from './run-spec.ts';

// The main job on TensorFlow with real digits, for CI: prints one line a claim and ends with `N passed, N failed, N skipped`.
// All 8,000 pictures, as half a point of accuracy asks for, and three epochs, as the handles are compared then.

const EPOCHS = 3;
const PICTURES = 8000;
const EVERYTHING_HALF = 30; // steps; it is lost in the first ones
/** At the usual 2^16 TensorFlow's half gradients of filters overflow in the first step, which is skipped; elsewhere they are summed in float32 first. */
const ONE_SCALE = 2 ** 10;

const missing = await missingNeed();
if (missing === undefined) await checkClaims(NODE_TRAINING_CHECKS, trainAll);
else skipClaims(NODE_TRAINING_CHECKS, missing);

async function missingNeed(): Promise<MissingNeed | undefined> {
  if (sharedFolder() === undefined) return { need: 'shared', why: 'HALFTONE_SHARED names no folder with real digits' };
  const tensorflow = await findTensorflowInProcess();
  if ('problem' in tensorflow) return { need: 'tensorflow', why: tensorflow.problem };
  const device = await findDeviceInProcess();
  return device.description === undefined ? { need: 'vulkan', why: 'WebGPU finds no adapter' } : undefined;
}

async function trainAll(): Promise<CheckedNodeRuns> {
  const folder = join(sharedData('data/mnist/t10k-images-idx3-ubyte.gz'), '..');
  const { batch, learningRate, batchNormMomentum } = DEFAULTS.mnist;
  const steps = EPOCHS * Math.floor(PICTURES / batch);
  const data = { kind: 'mnist', folder, images: PICTURES } as const;
  const whole = { plugin: 'node', data, seed: 1, steps, batch, learningRate, batchNormMomentum, packed: false, evaluate: true } as const;
  const mixed = { ...whole, kind: 'mixed', policy: 'mixed_float16' } as const satisfies RunSpec;
  const short = { ...mixed, evaluate: false, steps: NODE_BOUNDS.firstLosses } as const;
  const scaled = { ...short, initialScale: ONE_SCALE };
  return {
    stock: await train('stock tfjs-node', { ...whole, kind: 'stock', policy: 'float32' }),
    float16: await train('mixed_float16', mixed),
    bfloat16: await train('mixed_bfloat16', { ...mixed, policy: 'mixed_bfloat16' }),
    float32: await train('float32', { ...short, policy: 'float32' }),
    everythingHalf: await train('everything in half', { ...short, kind: 'everything-half', policy: 'float16', steps: EVERYTHING_HALF }),
    first: {
      node: await train('first steps, node', scaled),
      emulate: await train('first steps, emulate', { ...scaled, plugin: 'emulate' }),
      webgpu: await train('first steps, webgpu', { ...scaled, plugin: 'webgpu' }),
    },
  };
}
