import { message, ModelFileError, show } from '../../bytes/model-file-error.ts';
import { weightData } from '../../safetensors/weight-data.ts';
import type { SafetensorsTensor } from '../../safetensors/tensor.ts';
import type { CheckpointFile } from '../format/checkpoint-file.ts';
import type { NamedPart } from '../format/manifest.ts';
import type { RunWeight } from '../../weights/model-weights.ts';

/** Which weight of the run each key of the file means. */
export type WeightMatch = ReadonlyMap<string, RunWeight>;

/**
 * Finds the weight of each key. By name; where the names differ only in the numbers that tfjs gives layers in the order in which a
 * program makes them (`dense_Dense1`, `dense_Dense4`), by order.
 *
 * @throws Error that names what differs, if the file is of another model
 */
export function matchWeights(file: CheckpointFile, weights: readonly RunWeight[]): WeightMatch {
  const saved = file.manifest.weights;
  const byKey = new Map(weights.map((weight) => [weight.key, weight]));
  const exact = saved.length === weights.length && saved.every(({ key }) => byKey.has(key));
  const alike = saved.length === weights.length && saved.every(({ key }, i) => nameOnly(key) === nameOnly(weights[i]?.key ?? ''));
  if (!exact && !alike) throw otherModel(saved, weights);
  const match = new Map(saved.map((part, i) => [part.key, (exact ? byKey.get(part.key) : weights[i]) as RunWeight]));
  if (match.size < saved.length)
    throw new ModelFileError('each weight of a checkpoint needs a name of its own', 'one twice', 'The file is corrupt.');
  for (const part of saved) checkAlike(partOf(file, part.tensor), match.get(part.key) as RunWeight);
  return match;
}

/** A tensor that the manifest names. */
export function partOf({ tensors }: CheckpointFile, name: string): SafetensorsTensor {
  const found = tensors.get(name);
  if (found !== undefined) return found;
  throw new ModelFileError('a tensor of the manifest must be in the file', show(name), 'The file is corrupt: restore another one.');
}

/** Refuses a tensor of another shape or kind of number than a weight has. */
export function checkAlike(tensor: SafetensorsTensor, { key, shape, dtype }: Pick<RunWeight, 'key' | 'shape' | 'dtype'>): void {
  const { kind } = weightData(tensor);
  const becomes = kind === 'half' ? 'float32' : kind;
  if (becomes === dtype && tensor.shape.join() === shape.join()) return;
  throw new Error(
    message(
      `${show(key)} must be as in the checkpoint, ${becomes} [${tensor.shape.join(', ')}]`,
      `${dtype} [${shape.join(', ')}]`,
      'Build the model that the checkpoint is of.',
    ),
  );
}

const nameOnly = (key: string): string => key.replace(/\d+(?=\/|$)/g, '');

function otherModel(saved: readonly NamedPart[], weights: readonly RunWeight[]): Error {
  const theirs = new Set(saved.map(({ key }) => key));
  const ours = new Set(weights.map(({ key }) => key));
  const some = (keys: readonly string[]): string =>
    keys.length === 0 ? 'nothing' : keys.slice(0, 5).map(show).join(', ') + (keys.length > 5 ? ', …' : '');
  return new Error(
    message(
      `the run must have the ${saved.length} weights of the checkpoint`,
      `${weights.length}; the checkpoint alone has ${some([...theirs].filter((key) => !ours.has(key)))}, the run alone ${some([...ours].filter((key) => !theirs.has(key)))}`,
      'Build the model that the checkpoint is of.',
    ),
  );
}
