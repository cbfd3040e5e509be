import { cpus, totalmem } from 'node:os';
import { setBackend } from '@tensorflow/tfjs-core';
import type { NodeStatistics } from '../binding/op-counters.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { Check, Diagnosis } from '../doctor/diagnosis.ts';
import type { MatmulRow } from '../doctor/matmul-timing.ts';
import { timeMatmul } from '../doctor/matmul-timing.ts';
import type { NodeHandle } from '../register.ts';
import { registerNode } from '../register.ts';
import type { HalfShare } from './half-share.ts';
import { halfShareOf } from './half-share.ts';
import { proofChecks } from './proof-checks.ts';
import type { TrainingRun, TrainingShape } from './training-run.ts';
import { trainingRun } from './training-run.ts';

/** A training under a policy, and how much of it was half. */
export interface MixedRun extends TrainingRun {
  readonly share: HalfShare;
  readonly statistics: NodeStatistics;
  /** Largest number of bytes that went through the plug-in at one time. */
  readonly peakBytes: number;
  /** Median step of stock float32 over this one's. */
  readonly speedup: number;
}

/** What the command proves, to be attached to an issue: plain JSON. */
export interface Proof {
  readonly schema: 'halftone-cuda-proof/1';
  readonly date: string;
  /** What it ran on. Only `gpu` says anything of CUDA. */
  readonly device: 'cpu' | 'gpu';
  readonly host: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
  /** Variables that change how TensorFlow and CUDA compute, as they were set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly diagnosis: Diagnosis;
  readonly resNet50: { readonly shape: TrainingShape; readonly stock: TrainingRun; readonly mixed: readonly MixedRun[] };
  readonly matmuls: readonly MatmulRow[];
  readonly checks: readonly Check[];
}

export interface ProofOptions extends Partial<TrainingShape> {
  /** Sides of the matrices that are multiplied. */
  readonly matmulSizes?: readonly number[];
  /** Hears what is being done. */
  readonly say?: (text: string) => void;
}

const DEFAULTS = {
  cpu: { shape: { side: 64, batch: 2, steps: 3 }, sizes: [128, 256, 512] },
  gpu: { shape: { side: 224, batch: 32, steps: 20 }, sizes: [512, 1024, 2048, 4096, 8192] },
} as const;
const ENVIRONMENT = /^(TF_|NVIDIA_|CUDA_|XLA_|LD_LIBRARY_PATH$)/;

/**
 * Runs everything that a claim about mixed precision on a GPU needs, on what this machine has.
 *
 * Loads TensorFlow and registers the plug-in. Takes minutes on a GPU whose kernels have to be compiled first.
 *
 * @throws Error where TensorFlow cannot be loaded
 */
export async function prove({ say = () => undefined, ...wished }: ProofOptions = {}): Promise<Proof> {
  say('Looking at this machine.');
  const diagnosis = await diagnose({ size: 128 });
  const device = diagnosis.tensorflow?.device;
  if (device === undefined)
    throw new Error(`[node] the proof needs TensorFlow, got: ${whatIsBroken(diagnosis)} Run: npx halftone-node-doctor`);
  const { shape: usual, sizes } = DEFAULTS[device];
  const shape: TrainingShape = { side: wished.side ?? usual.side, batch: wished.batch ?? usual.batch, steps: wished.steps ?? usual.steps };
  await setBackend('tensorflow');
  say(`ResNet-50, ${shape.batch} pictures of ${shape.side} × ${shape.side}, ${shape.steps} steps: float32 on stock tfjs-node.`);
  const stock = trainingRun('stock', shape);
  const handle = await registerNode();
  try {
    const mixed = handle.capabilities.formats.map((format) => {
      say(`The same: mixed_${format}.`);
      return mixedRun(handle, `mixed_${format}`, { shape, stock });
    });
    const formats = ['float32', ...handle.capabilities.formats] as const;
    say('Products of matrices.');
    const matmuls = (wished.matmulSizes ?? sizes).flatMap((size) => formats.map((precision) => timeMatmul(precision, { size })));
    return {
      schema: 'halftone-cuda-proof/1',
      date: new Date().toISOString(),
      device,
      host: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, memoryBytes: totalmem() },
      environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name)) as [string, string][]),
      diagnosis,
      resNet50: { shape, stock, mixed },
      matmuls,
      checks: proofChecks({ device, stock, mixed }),
    };
  } finally {
    handle.dispose();
  }
}

function mixedRun(
  handle: NodeHandle,
  policy: 'mixed_float16' | 'mixed_bfloat16',
  { shape, stock }: { readonly shape: TrainingShape; readonly stock: TrainingRun },
): MixedRun {
  const run = trainingRun(policy, shape, () => {
    handle.resetStatistics();
    handle.resetPeak();
  });
  const statistics = handle.statistics();
  return {
    ...run,
    share: halfShareOf(statistics),
    statistics,
    peakBytes: handle.memory().peakBytes,
    speedup: stock.medianMilliseconds / run.medianMilliseconds,
  };
}

function whatIsBroken({ checks }: Diagnosis): string {
  return checks
    .filter(({ status }) => status === 'broken')
    .map(({ found }) => found)
    .join(' ');
}
