/**
 * The contract between `scaleOut`, the Python project that it writes, and `scaleIn`.
 *
 * A folder that `scaleOut` writes:
 *
 *     model.json              what `model.to_json()` of Keras 3 gives; each layer carries its own dtype policy
 *     weights.safetensors     float32 `<path>/<i>`: weight i in the order of Keras's `layer.weights`
 *     optimizer.safetensors   float32 `<path>/<i>/<slot>` for each trained weight, slot in Keras's words (below)
 *     training.json           a `HandOver`
 *     data/part-00000.tfrecord, …            tf.train.Example records, as `data` in training.json says
 *     train.py, requirements.txt, Dockerfile, job.yaml, README.md
 *     out/                    written by train.py: weights.safetensors, optimizer.safetensors, training.json, log.jsonl
 *
 * `<path>` is the layer's name, with the names of the models around it in front: `outer/inner/dense`. A layer that wraps
 * others (Bidirectional, TimeDistributed, RNN) counts as one, with all of its weights. A shared layer, or a shared model, comes
 * once, where a walk through `model.layers`, depth first, meets it first. Weights that a layer lacks (no bias) are not counted.
 *
 * Slots lie in the same index space as weights: frozen weights, and moving statistics, have none. Before the first step
 * there may be no slots at all (an empty file, `iterations` 0): Keras starts with its own, as it would.
 *
 * Two activations of tfjs are not in Keras 3: its hardSigmoid is clip(0.2 x + 0.5, 0, 1), Keras 3's is clip(x / 6 + 0.5, 0, 1), and
 * it is the default of recurrent gates in tfjs; its gelu_new is gelu with approximate=True. model.json names them as functions that
 * were registered: `@keras.saving.register_keras_serializable(package='halftone', name='hard_sigmoid')` and `name='gelu_new'`.
 * train.py registers both before it reads model.json.
 *
 * Slots by class: SGD `momentum` (only where momentum is not 0); Adam, AdamW, Lamb `momentum`, `velocity`; Adamax `momentum`,
 * `norm`; RMSprop `velocity`, `momentum` (only where momentum is not 0), `average_gradient` (only where centered); Adagrad
 * `accumulator`; Adadelta `accumulated_grad`, `accumulated_delta_var`.
 *
 * Slots are float32 with the shape of their weight. Iterations and loss scale are in training.json, not in the file.
 *
 * Each line of `out/log.jsonl` is `{ "step", "loss", "scale", "skipped" }`; `step` counts on from training.json.
 */
export interface HandOver {
  readonly version: 1;
  /** Steps that were tried, skipped ones included; where the seam is. */
  readonly step: number;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Epochs that train.py goes on for. */
  readonly epochs: number;
  /** Seed of shuffling and of Keras's own randomness (`keras.utils.set_random_seed`). */
  readonly seed: number;
  /** The model's policy, serialized. What layers do is in model.json; this is for new layers and for the way back. */
  readonly policy: KerasObject;
  /** Layers whose policy is not the model's, by path. */
  readonly layerPolicies: Readonly<Record<string, KerasObject>>;
  /** `null`: the loss is not scaled. A static scale never moves. */
  readonly lossScale: HandOverScale | null;
  /** The inner optimizer, without a LossScaleOptimizer around it. */
  readonly optimizer: HandOverOptimizer;
  /** Keras's names, one for each output in the order of `model.outputs`; a single one for all is repeated. The loss is their sum. */
  readonly loss: readonly string[];
  /** Keras's names; each is measured on every output. */
  readonly metrics: readonly string[];
  /** Examples of one step over all replicas together. */
  readonly batchSize: number;
  readonly strategy: Strategy;
  /** `null`: no data was handed over; train.py then says where to put it. */
  readonly data: HandOverData | null;
}

/** How the work is spread in tf.distribute. */
export type Strategy = 'mirrored' | 'multi_worker' | 'tpu';

/** An object as Keras 3 serializes it. */
export interface KerasObject {
  readonly module: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name?: string | null;
}

/** A loss scale: that of Keras's LossScaleOptimizer has the factors 2 and 0.5, so others are refused. */
export interface HandOverScale {
  readonly kind: 'dynamic' | 'static';
  readonly scale: number;
  /** Finite steps since the scale last moved; Keras's `step_counter`. */
  readonly goodSteps: number;
  /** Keras's `dynamic_growth_steps`. */
  readonly growthInterval: number;
  /** Steps that were skipped so far. */
  readonly skipped: number;
}

/** An optimizer in Keras's words. */
export interface HandOverOptimizer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Steps that were applied. */
  readonly iterations: number;
  /** Weights by `<path>/<i>` that do not decay, for `exclude_from_weight_decay`, which Keras's config does not hold. */
  readonly undecayed: readonly string[];
}

/** What the records hold. */
export interface HandOverData {
  /** Paths relative to the folder, in order. */
  readonly files: readonly string[];
  /** First the inputs in the order of `model.inputs`, then the targets in the order of `model.outputs`. */
  readonly features: readonly HandOverFeature[];
  /** Examples in all files together. */
  readonly count: number;
}

/** One feature of an example: a `FloatList` for float32, an `Int64List` for int32 and bool. */
export interface HandOverFeature {
  /** The key in the example; the name of the model's input, or of the layer that gives the output with `_target` behind. */
  readonly name: string;
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** The shape of one example, without the batch. */
  readonly shape: readonly number[];
  readonly role: 'input' | 'target';
}

/** The files of a hand-over, there and back. */
export const FILES = {
  model: 'model.json',
  weights: 'weights.safetensors',
  optimizer: 'optimizer.safetensors',
  training: 'training.json',
  data: 'data',
  out: 'out',
} as const;
