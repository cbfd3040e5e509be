import { setDefaultPolicy } from '@halftone/autocast';
import { drawnData, type DigitData, type ImageSet } from '@halftone/data';
import { mnistData } from '@halftone/data/node';
import { policy } from '@halftone/policy';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { openBackend } from './backend.ts';
import { RunCounting } from './counting.ts';
import { judgeNetwork } from './evaluation.ts';
import { buildNetwork } from './network.ts';
import type { RunMessage, RunResult } from './run-result.ts';
import type { DataSpec, RunSpec } from './run-spec.ts';
import { watchedOptimizer } from './scale-watch.ts';
import { TensorflowWatch } from './tensorflow-watch.ts';
import { trainSteps } from './training-steps.ts';
import { readWeights, writeWeights, type FileFormat } from './weights-file.ts';

/** The first steps build pipelines and fill pools; their time says nothing. */
const WARM_UP = 5;

/**
 * Trains the network once, as `spec` says, and judges it.
 *
 * To be called once in a process: it registers backends, sets the default policy and meters the device from the start.
 *
 * @param spec - kind of run, data, seed, sizes
 * @param tell - gets the progress
 */
export async function trainOnce(spec: RunSpec, tell: (message: RunMessage) => void): Promise<RunResult> {
  const begin = performance.now();
  const { meter, ...opened } = await openBackend(spec);
  tell({ kind: 'ready', ...opened });
  const data = loadDigits(spec.data, spec.seed);
  if (spec.kind !== 'stock') setDefaultPolicy(spec.policy);
  const model = buildNetwork({ side: data.train.side, batchNormMomentum: spec.batchNormMomentum, seed: spec.seed });
  const scale = watchedOptimizer(spec);
  model.compile({ optimizer: scale.optimizer, loss: 'categoricalCrossentropy' });
  const counting = new RunCounting(meter);
  const tensorflow = meter instanceof TensorflowWatch ? meter : undefined;
  tensorflow?.follow(model);
  const { losses, times } = await trainSteps(model, data.train, spec, {
    counting,
    scale,
    onEpoch: () => tensorflow?.endEpoch(),
    onStep: (step, loss) => tell({ kind: 'step', step, loss }),
  });
  const trainPeakBytes = counting.peakBytes();
  const facts = tensorflow?.facts() ?? null; // before the file's weights take their place
  if (spec.evaluate) tell({ kind: 'evaluating' });
  const judged = spec.evaluate ? await judgeNetwork(model, data.heldOut, spec.batch) : undefined;
  const counters = counting.counters(trainPeakBytes);
  const file = spec.weightsFile === undefined ? undefined : await fileTrip(model, spec.weightsFile, spec, data.heldOut);
  return {
    ...opened,
    policy: spec.policy,
    steps: spec.steps,
    batch: spec.batch,
    seed: spec.seed,
    accuracy: judged?.accuracy ?? null,
    heldOut: data.heldOut.labels.length,
    unanswered: judged?.unanswered ?? 0,
    losses,
    counters,
    tensorflow: facts,
    scaleHistory: scale.history,
    scale: scale.history.at(-1)?.scale ?? null,
    skipped: scale.skipped,
    stepMs: median(times.length > WARM_UP ? times.slice(WARM_UP) : times),
    weights: file?.weights ?? null,
    fileAccuracy: file?.accuracy ?? null,
    totalSeconds: (performance.now() - begin) / 1000,
  };
}

/** Makes or reads the pictures of a run. */
export function loadDigits(spec: DataSpec, seed: number): DigitData {
  return spec.kind === 'drawn' ? drawnData(spec.train, spec.heldOut, seed) : mnistData(spec.folder, { images: spec.images });
}

/** Writes the weights; half ones are read back and judged again, as their file is smaller only if it still knows the digits. */
async function fileTrip(
  model: Sequential,
  path: string,
  spec: Pick<RunSpec, 'kind' | 'policy' | 'batch' | 'evaluate'>,
  heldOut: ImageSet,
): Promise<Pick<RunResult, 'weights'> & { readonly accuracy: number | null }> {
  const format: FileFormat = spec.kind === 'stock' ? 'float32' : policy(spec.policy).compute;
  const weights = { format, ...(await writeWeights(model, path, format)) };
  if (format === 'float32' || !spec.evaluate || spec.kind !== 'mixed') return { weights, accuracy: null };
  readWeights(model, path, format);
  const { accuracy } = await judgeNetwork(model, heldOut, spec.batch);
  return { weights, accuracy };
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
