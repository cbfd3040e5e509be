import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import type { SavedOptimizerState } from '@halftone/optimizer';
import { optimizerState, setOptimizerState } from '@halftone/optimizer';
import { message, ModelFileError, show } from '../../bytes/model-file-error.ts';
import { placeWeight } from '../../weights/place-weight.ts';
import { weightData } from '../../safetensors/weight-data.ts';
import type { CheckpointFile } from '../format/checkpoint-file.ts';
import type { NamedPart, OptimizerPart } from '../format/manifest.ts';
import { checkAlike, matchWeights, partOf, type WeightMatch } from './match-weights.ts';
import { planPolicies } from './restore-policies.ts';
import type { RunOptimizer, RunParts } from './run-parts.ts';

/** Which parts of a checkpoint are put back: all, the weights alone, or their averages in the place of the weights. */
export type RestoredParts = 'all' | 'weights' | 'average';

/** Changes of a run that were checked and whose tensors are there: `apply` makes them all. */
export interface RestorePlan {
  apply(): void;
  /** Frees the tensors of the plan, applied or not. */
  dispose(): void;
}

/**
 * Compares a checkpoint with a run and makes every tensor that is needed; changes nothing.
 *
 * @throws Error that says what differs
 */
export function planRestore(file: CheckpointFile, parts: RunParts, only: RestoredParts): RestorePlan {
  const made: Tensor[] = [];
  const upload = (name: string): Tensor => {
    const tensor = partOf(file, name);
    const placed = placeWeight(weightData(tensor), tensor.shape, 'float32');
    made.push(placed);
    return placed;
  };
  const free = (): void => dispose(made);
  try {
    if (parts.average?.swappedIn === true)
      throw new Error(message('a restore changes the weights themselves', 'averages in their place', 'Call swapOut() first.'));
    const match = matchWeights(file, parts.weights);
    const steps = only === 'all' ? everything(file, { parts, match, upload }) : weightsOnly(file, { match, upload, only });
    return {
      apply() {
        for (const step of steps) step();
      },
      dispose: free,
    };
  } catch (error) {
    free();
    throw error;
  }
}

interface Context {
  readonly parts: RunParts;
  readonly match: WeightMatch;
  readonly upload: (name: string) => Tensor;
}

/** What can still refuse comes first; assignments, which cannot, come last. */
function everything(file: CheckpointFile, context: Context): readonly (() => void)[] {
  const { parts } = context;
  const { manifest } = file;
  const states = planStates(file, context);
  const average = planAverage(file, context);
  const random = planRandom(file, parts);
  const optimizers = planOptimizers(file, context);
  const scale = planLossScale(file, parts);
  const policies = planPolicies(manifest, parts, scale);
  return [policies, ...planWeights(manifest.weights, context), ...optimizers, ...states, ...average, ...random];
}

function weightsOnly(
  file: CheckpointFile,
  { match, upload, only }: Omit<Context, 'parts'> & { readonly only: RestoredParts },
): readonly (() => void)[] {
  const { weights, average } = file.manifest;
  if (only === 'weights') return planWeights(weights, { match, upload });
  if (average === null)
    throw new Error(message("only: 'average' needs a checkpoint with averages", 'one without', "Pass only: 'weights'."));
  for (const { key, tensor } of average.weights) checkAlike(partOf(file, tensor), weightOf(match, key));
  const averaged = new Set(average.weights.map(({ key }) => key));
  return planWeights([...weights.filter(({ key }) => !averaged.has(key)), ...average.weights], { match, upload });
}

function planWeights(saved: readonly NamedPart[], { match, upload }: Pick<Context, 'match' | 'upload'>): (() => void)[] {
  return saved.map(({ key, tensor }) => {
    const [weight, value] = [weightOf(match, key), upload(tensor)];
    return () => weight.assign(value);
  });
}

function weightOf(match: WeightMatch, key: string): NonNullable<ReturnType<WeightMatch['get']>> {
  const found = match.get(key);
  if (found !== undefined) return found;
  throw new ModelFileError('a key of the manifest must be one of its weights', show(key), 'The file is corrupt: restore another one.');
}

function planStates({ manifest }: CheckpointFile, { parts, upload }: Context): (() => void)[] {
  const saved = new Map<string, Tensor[]>();
  for (const { key, tensor } of manifest.states) saved.set(key, [...(saved.get(key) ?? []), upload(tensor)]);
  const shapes = (tensors: readonly Tensor[]): string => tensors.map(({ shape }) => `[${shape.join()}]`).join(' ');
  const ours = parts.states.map(({ key, tensors }) => `${key} ${shapes(tensors)}`).join(', ');
  const theirs = [...saved].map(([key, tensors]) => `${key} ${shapes(tensors)}`).join(', ');
  if (ours !== theirs) {
    throw new Error(
      message(
        `the stateful layers must be those of the checkpoint, ${theirs || 'none'}`,
        ours || 'none',
        'Build the model that the checkpoint is of.',
      ),
    );
  }
  return parts.states.map(
    ({ key, assign }) =>
      () =>
        assign(saved.get(key) as Tensor[]),
  );
}

function planAverage(file: CheckpointFile, { parts, match, upload }: Context): (() => void)[] {
  const saved = file.manifest.average;
  const { average } = parts;
  if (saved === null && average === null) return [];
  if (saved === null)
    throw new Error(
      message('averages must be in the checkpoint', 'none', 'Call emaOf() after the restore: it begins at the weights of the checkpoint.'),
    );
  if (average === null) {
    throw new Error(
      message(
        'the averages of the checkpoint need a place',
        'a run without',
        `Call emaOf(model, { decay: ${saved.decay} }) first, or pass only: 'weights'.`,
      ),
    );
  }
  if (saved.decay !== average.decay)
    throw new Error(
      message(`the decay of the averages must be that of the checkpoint, ${saved.decay}`, average.decay, 'Call emaOf() with it.'),
    );
  const theirs = new Map(saved.weights.map(({ key, tensor }) => [match.get(key)?.key ?? key, tensor]));
  const ours = average.parts();
  if (theirs.size !== ours.length || ours.some(({ key }) => !theirs.has(key))) {
    throw new Error(
      message(
        `the ${theirs.size} averaged weights of the checkpoint must be those of the run`,
        `${ours.length}, or others`,
        'Call emaOf() when the same layers are trainable.',
      ),
    );
  }
  return ours.map(({ key, variable }) => {
    const name = theirs.get(key) as string;
    checkAlike(partOf(file, name), { key: `the average of ${key}`, shape: variable.shape, dtype: variable.dtype });
    const value = upload(name);
    return () => variable.assign(value);
  });
}

function planRandom({ manifest }: CheckpointFile, { random }: RunParts): (() => void)[] {
  const saved = manifest.random;
  if (saved === null && random === null) return [];
  if (saved?.seed !== random?.seed) {
    throw new Error(
      message(
        saved === null
          ? 'the run may not be seeded, as in the checkpoint'
          : `the run must be seeded with ${saved.seed}, as in the checkpoint`,
        random === null ? 'no seed' : random.seed,
        saved === null ? 'Call seedDropout() after the restore.' : `Call seedDropout(model, ${saved.seed}) first, or pass only: 'weights'.`,
      ),
    );
  }
  return [() => random?.goTo(new Map(saved?.calls.map(({ layer, calls }) => [layer, calls])))];
}

function planLossScale({ manifest }: CheckpointFile, { scaler, scalerNow }: RunParts): (() => void) | null {
  const saved = manifest.lossScale;
  if (saved === null || scaler === null) {
    if (saved === scaler) return null;
    throw new Error(
      message(
        saved === null ? 'the run may have no loss scale, as in the checkpoint' : 'the loss scale of the checkpoint needs a place',
        saved === null ? 'a wrapped optimizer or a gradScaler' : 'a run without',
        saved === null
          ? "Restore with only: 'weights', or without mixed precision."
          : 'Call mixedPrecision(model, policy) first and compile it, or pass the scaler.',
      ),
    );
  }
  return () => scalerNow()?.restore(saved);
}

function planOptimizers(file: CheckpointFile, context: Context): (() => void)[] {
  const saved = new Map(file.manifest.optimizers.map((part) => [part.key, part]));
  const { optimizers } = context.parts;
  if (saved.size !== optimizers.length || optimizers.some(({ key }) => !saved.has(key))) {
    throw new Error(
      message(
        `the run must have the optimizers of the checkpoint, ${[...saved.keys()].map(show).join(', ') || 'none'}`,
        optimizers.map(({ key }) => show(key)).join(', ') || 'none',
        "Compile the model, or pass the optimizers; or restore with only: 'weights'.",
      ),
    );
  }
  return optimizers.map((each) => planOptimizer(file, saved.get(each.key) as OptimizerPart, { ...context, each }));
}

function planOptimizer(
  file: CheckpointFile,
  part: OptimizerPart,
  { parts, match, upload, each: { optimizer } }: Context & { readonly each: RunOptimizer },
): () => void {
  const now = optimizerState(optimizer);
  checkSettings(part, now);
  checkTrained(part, { parts, match });
  const powers = new Map(now.powers.map(({ name, variable }) => [name, variable]));
  if (powers.size !== part.powers.length || part.powers.some(({ key }) => !powers.has(key))) {
    throw new ModelFileError(
      `the optimizer keeps ${[...powers.keys()].join(', ') || 'no powers'}`,
      part.powers.map(({ key }) => key).join(', '),
      'The file is corrupt, or of another version of tfjs.',
    );
  }
  const state: SavedOptimizerState = {
    iterations: part.iterations,
    ...(part.learningRate === null ? {} : { learningRate: part.learningRate }),
    slots: part.slots.map(({ list, index, weight, name, tensor }) => {
      const owner = weight === null ? null : weightOf(match, weight);
      if (owner !== null)
        checkAlike(partOf(file, tensor), { key: `the slot '${name}' of ${owner.key}`, shape: owner.shape, dtype: 'float32' });
      return { list, index, originalName: `${owner?.variableName ?? index}/${name}`, value: upload(tensor) };
    }),
    powers: part.powers.map(({ key, tensor }) => {
      checkAlike(partOf(file, tensor), { key, shape: powers.get(key)?.shape ?? [], dtype: 'float32' });
      return { name: key, value: upload(tensor) };
    }),
  };
  const lists = new Set(part.slots.map(({ list }) => list));
  if (part.slots.length !== new Set(part.slots.map(({ list, index }) => `${list} ${index}`)).size) {
    throw new ModelFileError('each slot needs a place of its own', 'one twice', 'The file is corrupt: restore another one.');
  }
  for (const list of lists) checkList(optimizer, list);
  return () => setOptimizerState(optimizer, state);
}

/** The learning rate comes from the checkpoint, as schedules move it; all other settings belong to the code. */
function checkSettings(part: OptimizerPart, { className, config }: ReturnType<typeof optimizerState>): void {
  if (part.className !== className) {
    throw new Error(
      message(`optimizer ${show(part.key)} must be ${show(part.className)}, as in the checkpoint`, className, 'Make the same one.'),
    );
  }
  const now = JSON.parse(JSON.stringify(config)) as Readonly<Record<string, unknown>>;
  const other = Object.keys({ ...part.config, ...now }).find(
    (name) => name !== 'learningRate' && JSON.stringify(part.config[name]) !== JSON.stringify(now[name]),
  );
  if (other === undefined) return;
  throw new Error(
    message(
      `${other} of the optimizer must be that of the checkpoint, ${show(part.config[other])}`,
      show(now[other]),
      'Make the optimizer with it; the learning rate alone comes from the file.',
    ),
  );
}

/** A slot belongs to a place in the list of gradients: with other layers frozen it would go to another weight. */
function checkTrained(part: OptimizerPart, { parts: { trained }, match }: Pick<Context, 'parts' | 'match'>): void {
  if (trained === null) return;
  for (const { weight, index } of part.slots) {
    const key = weight === null ? null : weightOf(match, weight).key;
    if (key === null || trained[index] === key) continue;
    throw new Error(
      message(
        `weight ${index} of those that are trained must be ${show(key)}, as in the checkpoint`,
        show(trained[index]),
        'Freeze the same layers, and compile.',
      ),
    );
  }
}

function checkList(optimizer: RunOptimizer['optimizer'], list: string): void {
  const own = Object.hasOwn(optimizer, list) && Array.isArray(Reflect.get(optimizer, list));
  if (own || ['AdamW', 'Lamb'].includes(optimizer.getClassName())) return;
  throw new ModelFileError(
    'the lists of slots must be those of the optimizer',
    show(list),
    'The file is corrupt, or of another version of tfjs.',
  );
}
