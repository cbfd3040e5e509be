import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, tensor as createTensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { SavedOptimizerState } from '@halftone/optimizer';
import { setOptimizerState } from '@halftone/optimizer';
import { weightsOf } from '../weights/model-weights.ts';
import { message, ModelFileError, show } from '../bytes/model-file-error.ts';
import { viewOf } from '../layers/tfjs-layers.ts';
import { refusals } from './cannot-cross.ts';
import type { CompiledOptimizer } from './crossing-state.ts';
import { compiledOptimizer } from './crossing-state.ts';
import type { HandOverScale } from './hand-over.ts';
import { FILES } from './hand-over.ts';
import { sameJson } from './keras-object.ts';
import { slotsInUse } from './optimizer-table.ts';
import { innerToKeras } from './optimizer-to-keras.ts';
import type { ProjectSource } from './project-folder.ts';
import { projectSource } from './project-folder.ts';
import type { FloatTensor, ReadBack } from './read-back.ts';
import { readBack } from './read-back.ts';
import type { PlacedWeight } from './weight-paths.ts';
import { placedWeights } from './weight-paths.ts';

/** Where training in Keras has come to. */
export interface ScaleInReport {
  /** Steps that were tried in all, here and there. */
  readonly step: number;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Steps that the optimizer has applied. */
  readonly iterations: number;
  /** The scale as Keras left it, or `null` where it scaled nothing. */
  readonly lossScale: HandOverScale | null;
}

/**
 * Brings back what Keras has trained: weights, optimizer slots, count of steps, learning rate and loss scale.
 *
 * The other half of `scaleOut`. Reads what `train.py` wrote to `out/` of the project. All of it is checked against the model (names,
 * shapes, class and settings of the optimizer, the kind of scale) before the first number changes; the learning rate is the file's.
 * A model that is not compiled takes the weights alone. Frozen weights that lie in half become float32 until the next `fit`.
 *
 * Waits for the files and, under loss scaling, for the device. Holds the files once in memory.
 *
 * @param model - the model that `scaleOut` was given, or one like it
 * @param source - the project's folder (Node), or `{ read(path) }`
 * @returns where training has come to
 * @throws ModelFileError if a file is cut off, of another version, or does not fit the model; Error if the optimizer is another;
 * CannotCrossError if it is one that `scaleOut` would refuse
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: 'out', useBias: false })] });
 * const weights = writeSafetensors([{ name: 'out/0', dtype: 'F32', shape: [2, 1], values: new Float32Array([3, 4]) }]);
 * const training = { version: 1, step: 5, epoch: 1, lossScale: null, optimizer: { class_name: 'SGD', config: {}, iterations: 5 } };
 * const files = {
 *   'out/weights.safetensors': weights,
 *   'out/optimizer.safetensors': writeSafetensors([]),
 *   'out/training.json': new TextEncoder().encode(JSON.stringify(training)),
 * };
 * (await scaleIn(model, { read: (path) => files[path] })).step; // 5
 * model.getWeights()[0].dataSync()[1]; // 4
 */
export async function scaleIn(model: LayersModel, source: string | ProjectSource): Promise<ScaleInReport> {
  const view = viewOf(model, 'scaleIn()');
  const file = await readBack(await projectSource(source));
  const weights = placedWeights(view);
  checkKeys(file.weights, new Map(weights.map(({ key, weight }) => [key, weight.shape as readonly number[]])), FILES.weights);
  const refused = refusals('from Keras');
  const compiled = compiledOptimizer(model, weights, refused);
  refused.throwIfAny();
  const tensors: Tensor[] = [];
  const upload = ({ values, shape }: FloatTensor): Tensor => {
    const made = createTensor(values, [...shape], 'float32');
    tensors.push(made);
    return made;
  };
  try {
    const state = compiled === null ? null : plannedState(compiled, file, upload);
    const assign = plannedWeights(model, weights, file.weights, upload);
    await compiled?.wrapper?.lossScaleState(); // so that steps skipped before are not taken off the new count
    if (compiled !== null && state !== null) setOptimizerState(compiled.inner, state);
    assign();
    if (compiled !== null) restoreScale(compiled, file);
  } finally {
    dispose(tensors);
  }
  const { step, epoch, lossScale, optimizer } = file;
  return { step, epoch, iterations: optimizer.iterations, lossScale };
}

type Upload = (tensor: FloatTensor) => Tensor;

function plannedWeights(model: LayersModel, weights: readonly PlacedWeight[], file: ReadBack['weights'], upload: Upload): () => void {
  const targets = new Map(weightsOf({ model }).map((target) => [target.variableName, target]));
  const plan = weights.map(({ key, weight }) => ({ target: targets.get(weight.name), value: upload(file.get(key) as FloatTensor) }));
  return () => {
    for (const { target, value } of plan) target?.assign(value);
  };
}

/** The optimizer's new state, checked. */
function plannedState(compiled: CompiledOptimizer, { optimizer, slots }: ReadBack, upload: Upload): SavedOptimizerState {
  const { inner, row, trained, options } = compiled;
  const refused = refusals('from Keras');
  const { class_name: className, config } = innerToKeras(inner, options, refused);
  refused.throwIfAny();
  if (row === undefined || className !== optimizer.class_name) {
    throw new Error(
      message(
        `the model must be compiled with ${show(optimizer.class_name)}, as in the file`,
        className,
        'Compile it with the same optimizer.',
      ),
    );
  }
  for (const name of Object.keys(config)) {
    if (name === 'learning_rate' || optimizer.config[name] === undefined || near(config[name], optimizer.config[name])) continue;
    throw new Error(
      message(
        `${name} of the optimizer must be ${show(optimizer.config[name])}, as in the file`,
        show(config[name]),
        'Make the optimizer with it.',
      ),
    );
  }
  const learningRate = optimizer.config['learning_rate'] ?? config['learning_rate'];
  if (typeof learningRate !== 'number' || !Number.isFinite(learningRate)) {
    throw new ModelFileError('learning_rate of the optimizer must be a number', show(learningRate), 'Give it as one in train.py.');
  }
  const settings = inner.getConfig();
  const used = slotsInUse(row, settings);
  const expected = trained.flatMap(({ key, weight }) => used.map((slot) => [`${key}/${slot}`, weight.shape as readonly number[]] as const));
  const fresh = slots.size === 0 && optimizer.iterations === 0; // Keras has not begun: slots are as they start
  if (!fresh) checkKeys(slots, new Map(expected), FILES.optimizer);
  const start = Number(settings['initialAccumulatorValue'] ?? 0);
  const valueOf = (key: string, shape: readonly number[]): FloatTensor => {
    if (fresh) return { shape, values: new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(start) };
    const found = slots.get(key) as FloatTensor;
    return row.holdsSteps === true
      ? { shape, values: found.values.map((value) => (learningRate === 0 ? 0 : value / -learningRate)) }
      : found;
  };
  return {
    iterations: optimizer.iterations,
    learningRate,
    slots: trained.flatMap(({ key, weight }, index) =>
      used.map((slot) => {
        const [list, name] = row.slots[slot] as readonly [string, string];
        return {
          list,
          index,
          originalName: `${weight.name}/${name}`,
          value: upload(valueOf(`${key}/${slot}`, weight.shape as readonly number[])),
        };
      }),
    ),
    powers: [
      ...Object.entries(row.powers ?? {}).map(([name, beta]) => ({
        name,
        value: Math.fround(Number(settings[beta]) ** (optimizer.iterations + 1)),
      })),
      ...(row.counter === undefined ? [] : [{ name: row.counter, value: optimizer.iterations }]),
    ].map(({ name, value }) => ({ name, value: upload({ shape: [], values: new Float32Array([value]) }) })),
  };
}

/** Python's numbers have passed through float32. */
function near(a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' ? Math.fround(a) === Math.fround(b) : sameJson(a, b);
}

function restoreScale({ wrapper, lossScale }: CompiledOptimizer, { lossScale: saved, optimizer }: ReadBack): void {
  if (wrapper === null || lossScale === null || saved === null || saved.kind !== lossScale.kind) return;
  const { minScale, maxScale } = lossScale.options;
  const scale = Math.min(maxScale, Math.max(minScale, Math.fround(saved.scale)));
  const { goodSteps, skipped } = saved;
  wrapper.restore({ version: 1, kind: saved.kind, state: { scale, goodSteps, skippedInRow: 0, skipped, applied: optimizer.iterations } });
}

function checkKeys(given: ReadonlyMap<string, FloatTensor>, expected: ReadonlyMap<string, readonly number[]>, file: string): void {
  const missing = [...expected.keys()].filter((key) => !given.has(key));
  const extra = [...given.keys()].filter((key) => !expected.has(key));
  if (missing.length > 0 || extra.length > 0) {
    const [first] = missing.length > 0 ? missing : extra;
    const how = missing.length > 0 ? 'lacks' : 'has besides';
    throw new ModelFileError(
      `${file} must hold what the model has`,
      `one that ${how} ${show(first)}`,
      'Pass the model that was handed over.',
    );
  }
  for (const [key, shape] of expected) {
    const found = given.get(key) as FloatTensor;
    if (sameJson([...found.shape], [...shape])) continue;
    throw new ModelFileError(
      `${show(key)} of ${file} must be [${shape.join(', ')}]`,
      `[${found.shape.join(', ')}]`,
      'Pass the model that was handed over.',
    );
  }
}
