import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, keep } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { message } from '../bytes/model-file-error.ts';
import type { ModelView } from '../layers/tfjs-layers.ts';
import { viewOf } from '../layers/tfjs-layers.ts';
import type { SafetensorsTensor } from '../safetensors/tensor.ts';
import { writeSafetensors } from '../safetensors/write-safetensors.ts';
import type { Refusals } from './cannot-cross.ts';
import { CannotCrossError, refusals } from './cannot-cross.ts';
import type { CompiledOptimizer, CrossingSlot } from './crossing-state.ts';
import { compiledOptimizer, crossingSlots, undecayedKeys } from './crossing-state.ts';
import type { HandOver, HandOverScale, KerasObject, Strategy } from './hand-over.ts';
import { FILES } from './hand-over.ts';
import { jsonText } from './json-text.ts';
import { layerDTypes } from './layer-dtypes.ts';
import { compiledWith } from './losses.ts';
import { modelToKeras } from './model-to-keras.ts';
import { innerToKeras, noteLossScale } from './optimizer-to-keras.ts';
import { policyToKeras } from './policies.ts';
import type { ProjectSink } from './project-folder.ts';
import { openProject } from './project-folder.ts';
import { projectFiles } from './project/files.ts';
import type { ScaleOutOptions, ScaleOutSettings } from './scale-out-options.ts';
import { checkedOptions } from './scale-out-options.ts';
import { writeData } from './training-data.ts';
import { placedWeights } from './weight-paths.ts';

/** What was written. */
export interface ScaleOutReport {
  /** Paths in the project, in the order of writing. */
  readonly files: readonly string[];
  /** What training.json says. */
  readonly training: HandOver;
}

/**
 * Writes a whole project with which training goes on in Keras 3 on `tf.distribute`, without a line of Python from you.
 *
 * In it are the model with the policy of each layer, float32 weights, the optimizer's slots and its count of steps, the loss scale, the
 * data as TFRecord, and what runs it: `train.py`, pinned requirements, a Dockerfile, a Kubernetes job, a README. `scaleIn` brings the
 * result back. The compiled loss and metrics go along by their names.
 *
 * All that cannot cross (a custom layer, an optimizer that Keras does not have, a loss that is a function) is named in one error
 * before a file is written. In Node the folder appears whole or not at all; in a browser pass `{ write(path, bytes) }`, which fills a
 * zip for example.
 *
 * Waits for the device. Holds one file of records and one copy of weights and slots in memory. Train no further before it resolves.
 *
 * @param model - a Layers model that was compiled, in mixed precision or not
 * @param target - a folder that is new or empty (Node), or a sink
 * @param options - `strategy`; `data`, `batchSize` 32, `epochs` 1, `epoch` 0, `seed` 0, `examples` all, `shardBytes` 64 MiB
 * @returns the paths that were written, and what training.json says
 * @throws CannotCrossError with everything that Keras lacks; RangeError or TypeError for options and data that cannot be meant; Error
 * if the model was not compiled, or the folder holds files
 * @see `docs/how-to/keras.md`
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'out' })] });
 * model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
 * const files = new Map();
 * const sink = { write: (path, bytes) => void files.set(path, bytes) };
 * const data = { xs: tf.ones([4, 2]), ys: tf.ones([4, 1]) };
 * const { training } = await scaleOut(model, sink, { strategy: 'mirrored', data, batchSize: 2 });
 * training.optimizer.class_name; // 'Adam'
 * files.has('train.py'); // true
 */
export async function scaleOut(model: LayersModel, target: string | ProjectSink, options: ScaleOutOptions): Promise<ScaleOutReport> {
  const settings = checkedOptions(options);
  const crossing = await cross(model, settings.strategy);
  const project = await openProject(target);
  const files: string[] = [];
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await project.write(path, bytes);
    files.push(path);
  };
  const writeText = (path: string, text: string): Promise<void> => write(path, new TextEncoder().encode(text));
  try {
    const { examples, shardBytes, data } = options;
    const written = data === undefined ? null : await writeData(model, data, { examples, shardBytes, write });
    const training: HandOver = { ...crossing.training, ...settings, data: written };
    await writeText(FILES.model, JSON.stringify(crossing.model));
    await write(FILES.weights, writeSafetensors(crossing.weights));
    await write(FILES.optimizer, writeSafetensors(crossing.slots));
    await writeText(FILES.training, jsonText(training));
    for (const { path, text } of projectFiles(training)) await writeText(path, text);
    await project.commit();
    return { files, training };
  } catch (error) {
    await project.discard();
    throw error;
  }
}

interface Crossing {
  readonly model: KerasObject;
  readonly weights: readonly SafetensorsTensor[];
  readonly slots: readonly SafetensorsTensor[];
  readonly training: Omit<HandOver, keyof ScaleOutSettings | 'data'>;
}

/** Takes everything off the model, or names what cannot cross. */
async function cross(model: LayersModel, strategy: Strategy): Promise<Crossing> {
  const view = viewOf(model, 'scaleOut()');
  const refused = refusals('to Keras');
  const topology = noted(() => modelToKeras(model), refused);
  const weights = placedWeights(view);
  const compiled = compiledOptimizer(model, weights, refused);
  if (compiled === null)
    throw new Error(message('scaleOut() needs a compiled model', `'${model.name}', which is not`, 'Call model.compile() first.'));
  const words = compiledWith(model, refused);
  const inner = innerToKeras(compiled.inner, compiled.options, refused);
  if (compiled.lossScale !== null) noteLossScale(compiled.lossScale, refused);
  if (strategy === 'tpu') noteTpu(view, refused);
  refused.throwIfAny();
  const { lossScale, iterations } = await scaleOf(compiled);
  const dtypes = layerDTypes(view, refused);
  const [weightTensors, slots] = await Promise.all([
    readAll(weights.map(({ key, weight }) => ({ key, shape: weight.shape as number[], tensor: weight.read(), start: 0, factor: 1 }))),
    readAll(crossingSlots(compiled)),
  ]);
  return {
    model: topology as KerasObject,
    weights: weightTensors,
    slots,
    training: {
      version: 1,
      step: iterations + (lossScale?.skipped ?? 0),
      policy: policyToKeras(dtypes.model),
      layerPolicies: Object.fromEntries(Object.entries(dtypes.others).map(([path, policy]) => [path, policyToKeras(policy)])),
      lossScale,
      optimizer: { ...inner, iterations, undecayed: undecayedKeys(compiled) },
      ...words,
    },
  };
}

function noted<T>(work: () => T, refused: Refusals): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CannotCrossError)) throw error;
    for (const reason of error.reasons) refused.add(reason);
    return null;
  }
}

function noteTpu(model: ModelView, refused: Refusals): void {
  const dtypes = layerDTypes(model, refused);
  const inFloat16 = Object.entries({ [`model '${model.name}'`]: dtypes.model, ...dtypes.others }).filter(
    ([, { compute }]) => compute === 'float16',
  );
  for (const [what, policy] of inFloat16) refused.add(`the policy ${policy.name} of ${what} on a TPU, which computes in bfloat16`);
}

/** The scale and the count of applied steps. Waits for the device. */
async function scaleOf({
  wrapper,
  lossScale,
  inner,
}: CompiledOptimizer): Promise<{ readonly lossScale: HandOverScale | null; readonly iterations: number }> {
  if (wrapper === null || lossScale === null || lossScale.kind === 'none') return { lossScale: null, iterations: inner.iterations };
  const { scale, goodSteps, skipped } = await wrapper.lossScaleState();
  const described = { kind: lossScale.kind, scale, goodSteps, growthInterval: lossScale.options.growthInterval, skipped };
  return { lossScale: described, iterations: inner.iterations };
}

/** Numbers as they are now: handles are taken before the first is read. */
async function readAll(slots: readonly CrossingSlot[]): Promise<readonly SafetensorsTensor[]> {
  const handles = slots.map(({ tensor }) => (tensor === null ? null : keep(tensor.clone())));
  try {
    return await Promise.all(slots.map((slot, index) => fileTensor(slot, handles[index] ?? null)));
  } finally {
    dispose(handles.filter((handle): handle is Tensor => handle !== null));
  }
}

async function fileTensor({ key, shape, start, factor }: CrossingSlot, handle: Tensor | null): Promise<SafetensorsTensor> {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = handle === null ? new Float32Array(size).fill(start) : Float32Array.from((await handle.data()) as Float32Array);
  return { name: key, dtype: 'F32', shape: [...shape], values: factor === 1 ? values : values.map((value) => value * factor) };
}
