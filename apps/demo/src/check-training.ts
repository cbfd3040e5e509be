import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedData, sharedFolder } from '@halftone/testing';
import { span } from './figures.ts';
import { findDeviceInProcess, runInProcess } from './run-process.ts';
import type { RunResult } from './run-result.ts';
import { DEFAULTS, type RunSpec } from './run-spec.ts';
import { TRAINING_CHECKS, type CheckedRuns } from './training-checks.ts';

// Short trainings on real digits, for CI: prints one line a claim and ends with `N passed, N failed, N skipped`.
// Trains on 4,000 of the 8,000 pictures, 2 epochs, one seed; the whole training with five seeds is evidence/mnist-five-seeds.mjs.

const IMAGES = 4000;
const EPOCHS = 2;
const SHORT = { everythingHalf: 30, packed: 40, emulated: 20, overflowing: 14 } as const;
const TOO_HIGH = 2 ** 24; // the highest that a loss scale may be
const REQUIRED = new Set((process.env['HALFTONE_REQUIRE'] ?? '').split(',').map((need) => need.trim()));

const missing = await missingNeed();
if (missing === undefined) await check();
else skip(missing);

async function missingNeed(): Promise<{ readonly need: string; readonly why: string } | undefined> {
  if (sharedFolder() === undefined) return { need: 'shared', why: 'HALFTONE_SHARED names no folder with real digits' };
  const device = await findDeviceInProcess();
  if (device.description === undefined) return { need: 'vulkan', why: 'WebGPU finds no adapter' };
  return device.shaderF16
    ? undefined
    : { need: 'vulkan', why: 'the adapter has no shader-f16, so there is no f16 to compare packed halves with' };
}

function skip({ need, why }: { readonly need: string; readonly why: string }): void {
  const isFailure = REQUIRED.has(need);
  for (const { claim } of TRAINING_CHECKS) process.stdout.write(`${isFailure ? 'FAILED' : 'skipped'}  ${claim} (${why})\n`);
  close({ passed: 0, failed: isFailure ? TRAINING_CHECKS.length : 0, skipped: isFailure ? 0 : TRAINING_CHECKS.length });
}

async function check(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'halftone-check-'));
  try {
    const runs = await trainAll(scratch);
    const findings = TRAINING_CHECKS.map(({ claim, find }) => ({ claim, ...find(runs) }));
    for (const { claim, passed, figures } of findings) process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${claim}: ${figures}\n`);
    const passed = findings.filter((finding) => finding.passed).length;
    close({ passed, failed: findings.length - passed, skipped: 0 });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    close({ passed: 0, failed: TRAINING_CHECKS.length, skipped: 0 }); // a training that dies proves nothing
  } finally {
    rmSync(scratch, { recursive: true });
  }
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

async function train(name: string, spec: RunSpec): Promise<RunResult> {
  const result = await runInProcess(spec);
  process.stderr.write(`${name}: ${result.steps} steps in ${span(result.totalSeconds)}\n`);
  return result;
}

function close({ passed, failed, skipped }: { readonly passed: number; readonly failed: number; readonly skipped: number }): void {
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
