import { getBackend } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PluginMemory } from '@halftone/autocast';
import { pluginFor, storageOf } from '@halftone/autocast';
import { restoreSnapshot, snapshot } from '@halftone/optimizer';
import { narrowFrozen, weightsToNarrow, widenWhatIsDue } from '../layers/frozen-weights.ts';
import { halfFormatOf } from '../layers/half-weight.ts';
import { state } from '../layers/state.ts';
import type { ModelView } from '../layers/tfjs-layers.ts';
import { viewOf } from '../layers/tfjs-layers.ts';
import type { Trial } from './measure.ts';
import { measureBatch } from './measure.ts';
import type { BatchSizeOptions, SearchPlan } from './options.ts';
import { searchPlan } from './options.ts';
import { largestMeasured, lineThrough, nextSize } from './propose.ts';
import type { BatchSizeReport, MeasuredBatch, RefusedBatch } from './report.ts';
import { peakOf } from './report.ts';
import { batchMaker } from './sample-batch.ts';
import { swapInTrialOptimizer } from './trial-optimizer.ts';

const TRIES = 6; // proposals that are tried after the first sizes
const WORTH = 0.05; // of the batch: less is not worth another try

/**
 * Finds a batch size that trains within a budget of device bytes, by training.
 *
 * A page that runs out of GPU memory is lost with all its work, and the web does not tell how much there is. This trains,
 * evaluates and predicts a few steps at a few sizes on the current backend, draws the line bytes = fixed + perSample · batch
 * through the peaks, and proposes the largest batch that leaves the headroom free. The proposal was run at its size.
 *
 * The model is left as it was: weights and moving statistics are copied to the host before and put back bit for bit, also
 * when a step finds no room or the device is lost. The steps run with a second optimizer of the same kind, so slots, counters,
 * loss scale and listeners of the model's own know nothing of them; slots that it has already are counted as held by others.
 * What cannot be put back: numbers drawn from `Math.random()` by dropout without a seed, and large weights of frozen layers,
 * which are stored in half as at the beginning of any training.
 *
 * Waits for the GPU, a few seconds for a small model on a GPU; every new size compiles anew what depends on it.
 *
 * @param model - a compiled Layers model whose batch is free; in mixed precision or not
 * @param options - see `BatchSizeOptions`; a budget is needed unless the plug-in was registered with `maxBytes`
 * @returns the proposal, the line and all that was measured
 * @throws TypeError if the model is not compiled, its optimizer was wrapped by hand, or the backend does not count its bytes
 * @throws RangeError for options that cannot be meant, free dimensions without `inputShape`, or a budget in which no batch fits: the message says which tensor found no room
 * @see Lightning's `scale_batch_size` and Accelerate's `find_executable_batch_size`, which grow a batch until it fails
 *
 * @example
 * const model = mixedPrecision(tf.sequential({ layers: [tf.layers.dense({ units: 10, inputShape: [20] })] }));
 * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
 * const { batchSize } = await findBatchSize(model, { budgetBytes: 2 ** 20, max: 64 });
 * batchSize; // 64
 */
export async function findBatchSize(model: LayersModel, options: BatchSizeOptions = {}): Promise<BatchSizeReport> {
  const view = viewOf(model, 'findBatchSize()');
  const memory = memoryOfBackend();
  const plan = searchPlan(options, memory.maxBytes);
  checkModel(model, view);
  const make = batchMaker(model, options);
  await narrowWhatIsFrozen(view);
  const weights = view.weights.filter((weight) => halfFormatOf(weight) === null && storageOf(weight.val) === 'float32');
  const before = await snapshot(weights.map(({ val }) => val));
  const putBack = swapInTrialOptimizer(view);
  try {
    return await search({ model, view, memory, make }, plan);
  } finally {
    putBack();
    restoreSnapshot(
      weights.map(({ val }) => val),
      before,
    );
  }
}

async function search(trial: Trial, plan: SearchPlan): Promise<BatchSizeReport> {
  const measured: MeasuredBatch[] = [];
  const refused: RefusedBatch[] = [];
  const attempt = async (batchSize: number): Promise<boolean> => {
    const found = await measureOrRefuse(trial, batchSize);
    if ('why' in found) refused.push(found);
    else measured.push(found);
    plan.onProgress({ batchSize, peakBytes: 'why' in found ? null : peakOf(found) });
    return !('why' in found) && peakOf(found) <= plan.usableBytes;
  };
  for (const size of plan.sizes) if (size > plan.max || !(await attempt(size))) break;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const next = nextSize(measured, refused, plan);
    const best = largestMeasured(measured, plan)?.batchSize ?? 0;
    if (next === null || next - best < Math.max(1, best * WORTH)) break;
    await attempt(next);
  }
  const best = largestMeasured(measured, plan);
  if (best === undefined) throw nothingFits(measured, refused, plan);
  return {
    batchSize: best.batchSize,
    limitedBy: best.batchSize + plan.multipleOf > plan.max ? 'max' : 'budget',
    budgetBytes: plan.budgetBytes,
    usableBytes: plan.usableBytes,
    ...lineThrough(measured),
    measured,
    refused,
  };
}

async function measureOrRefuse(trial: Trial, batchSize: number): Promise<MeasuredBatch | RefusedBatch> {
  try {
    return await measureBatch(trial, batchSize);
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'recoverable') === true) return { batchSize, why: error.message };
    throw error;
  }
}

function memoryOfBackend(): PluginMemory {
  const memory = pluginFor(getBackend())?.memory;
  if (memory !== undefined) return memory;
  throw new TypeError(
    `[models] findBatchSize() needs a backend that counts its bytes, got '${getBackend()}'. Register one of Halftone first: useWebGPU(), useNode() or useEmulated().`,
  );
}

function checkModel(model: LayersModel, view: ModelView): void {
  if ((view.model ?? view).optimizer_ === undefined)
    throw new TypeError(`[models] findBatchSize() needs a compiled model, got '${model.name}', which is not. Call model.compile() first.`);
  const fixed = model.inputs.find(({ shape }) => shape[0] !== null);
  if (fixed !== undefined)
    throw new RangeError(
      `[models] findBatchSize() needs a model whose batch is free, got input '${fixed.name}' with a batch of ${fixed.shape[0]}. Build it with inputShape instead of batchInputShape.`,
    );
}

/** What `fit` does before it trains. */
async function narrowWhatIsFrozen(view: ModelView): Promise<void> {
  const record = state().records.get(view);
  if (record === undefined) return;
  widenWhatIsDue(record);
  if (weightsToNarrow(record).length > 0) await narrowFrozen(record);
}

function nothingFits(measured: readonly MeasuredBatch[], refused: readonly RefusedBatch[], plan: SearchPlan): RangeError {
  const tooLarge = measured
    .filter((one) => peakOf(one) > plan.usableBytes)
    .map((one): RefusedBatch => ({ batchSize: one.batchSize, why: `it takes ${peakOf(one)} bytes.` }));
  const least = [...refused, ...tooLarge].reduce((a, b) => (a.batchSize <= b.batchSize ? a : b));
  return new RangeError(
    `[models] a batch of ${least.batchSize} must train in ${plan.usableBytes} bytes (${plan.budgetBytes} less the headroom), got: ${least.why} Raise budgetBytes, or hold less: freeze layers, take an optimizer with fewer slots or a smaller model.`,
  );
}
