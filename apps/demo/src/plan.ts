import { resolve } from 'node:path';
import { mnistData } from '@halftone/data/node';
import type { DemoArguments } from './arguments.ts';
import { DEFAULTS, type DataSpec, type PluginName, type RunSpec } from './run-spec.ts';

/** What will be done: the same for all runs but for what tells them apart. */
export interface Plan {
  readonly specs: readonly RunSpec[];
  readonly steps: number;
  /** Where the pictures come from, in words. */
  readonly source: string;
}

/**
 * Makes a plan from the user's wishes.
 *
 * Reads the files of `--data`, so that what is wrong with them is said before anything starts.
 *
 * @param args - the checked command line
 * @param plugin - what carries the half runs
 * @param folder - where the weights' files go
 * @returns the spec of each run, in the order in which they run
 */
export function makePlan(args: DemoArguments, plugin: PluginName, folder: string): Plan {
  const batch = args.batch ?? (plugin === 'emulate' ? DEFAULTS.emulate.batch : DEFAULTS.drawn.batch);
  const { data, steps, source, learningRate, batchNormMomentum } =
    args.data === undefined ? drawnPlan(args, batch) : mnistPlan(args, args.data, batch);
  const common = { plugin, data, steps, batch, learningRate, batchNormMomentum, seed: args.seed, packed: args.packed, evaluate: true };
  const specs = args.runs.map((kind): RunSpec => {
    const policy = { stock: 'float32', 'everything-half': 'float16', mixed: args.policy }[kind];
    return { ...common, kind, policy, weightsFile: resolve(folder, `weights-${kind}.bin`) };
  });
  return { specs, steps, source };
}

interface PlannedData extends Pick<RunSpec, 'learningRate' | 'batchNormMomentum' | 'steps'> {
  readonly data: DataSpec;
  readonly source: string;
}

/** As many pictures are drawn as the steps need once, 60 batches by default; further epochs see them again. */
function drawnPlan(args: DemoArguments, batch: number): PlannedData {
  const { stepsPerEpoch, epochs, heldOut, learningRate, batchNormMomentum } = DEFAULTS.drawn;
  const steps = args.steps ?? (args.epochs ?? epochs) * stepsPerEpoch;
  const train = Math.min(steps, stepsPerEpoch) * batch;
  return {
    data: { kind: 'drawn', train, heldOut },
    steps,
    learningRate,
    batchNormMomentum,
    source: `${train} digits drawn by the demo, 24x24; ${heldOut} others held out`,
  };
}

function mnistPlan(args: DemoArguments, folder: string, batch: number): PlannedData {
  const { epochs, learningRate, batchNormMomentum } = DEFAULTS.mnist;
  const { train, source } = mnistData(folder, { images: args.images });
  const count = train.labels.length;
  if (batch > count)
    throw new RangeError(
      `[demo] --batch must not be above the number of pictures, got ${batch} of ${count}. Use --batch ${count} or less.`,
    );
  const steps = args.steps ?? (args.epochs ?? epochs) * Math.floor(count / batch);
  const data: DataSpec = { kind: 'mnist', folder: resolve(folder), ...(args.images === undefined ? {} : { images: args.images }) };
  return { data, steps, learningRate, batchNormMomentum, source };
}
