import type { SavedLossScale } from '@halftone/optimizer';
import { ModelFileError, show } from '../../bytes/model-file-error.ts';
import type { Json, JsonRecord } from './json.ts';
import { asCount, asList, asNumber, asRecord, asText, orNull, wrongInJson } from './json.ts';

/** The version that this package writes; a file of a newer one is refused, never guessed at. */
export const CHECKPOINT_VERSION = 1;

/** How deep the JSON of a manifest may nest. */
const DEPTH = 64;
/** The most slots that one optimizer may keep in one list. */
const MOST_SLOTS = 200_000;

/** A tensor of the file by what it is to the run. */
export interface NamedPart {
  readonly key: string;
  /** Its name in the file. */
  readonly tensor: string;
}

export interface SlotPart {
  readonly list: string;
  readonly index: number;
  /** The key of the weight that it belongs to, where that is known. */
  readonly weight: string | null;
  /** What follows the weight's name in its own: `m`, `v`. */
  readonly name: string;
  readonly tensor: string;
}

export interface OptimizerPart {
  readonly key: string;
  readonly className: string;
  readonly config: JsonRecord;
  readonly iterations: number;
  readonly learningRate: number | null;
  readonly slots: readonly SlotPart[];
  readonly powers: readonly NamedPart[];
}

/** Where a `fit` was. */
export interface CheckpointProgress {
  /** The epoch to go on with, from 0: `initialEpoch` of the next `fit`. */
  readonly epoch: number;
  /** Batches of that epoch that are done. */
  readonly batch: number;
  /** Batches in all, since the first start of the run. */
  readonly batches: number;
}

/** All of a checkpoint that is not numbers of tensors. */
export interface Manifest {
  readonly version: number;
  readonly savedAt: string;
  readonly weights: readonly NamedPart[];
  /** Keys of trained weights in the order of their gradients, where the model was compiled. */
  readonly trained: readonly string[] | null;
  readonly states: readonly NamedPart[];
  readonly optimizers: readonly OptimizerPart[];
  readonly lossScale: SavedLossScale | null;
  readonly policy: string | null;
  readonly layerPolicies: readonly { readonly layer: string; readonly policy: string }[];
  readonly average: { readonly decay: number; readonly weights: readonly NamedPart[] } | null;
  readonly random: { readonly seed: number; readonly calls: readonly { readonly layer: string; readonly calls: number }[] } | null;
  readonly progress: CheckpointProgress | null;
  readonly metadata: Json;
}

/** Reads the JSON of a manifest, of which nothing is believed. */
export function readManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelFileError('the manifest of a checkpoint must be JSON', 'other text', 'The file is corrupt: restore another one.', {
      cause,
    });
  }
  const wrong = wrongInJson(json, DEPTH);
  if (wrong !== null)
    throw new ModelFileError('the manifest of a checkpoint must be plain JSON', wrong, 'The file is hostile: do not use it.');
  const fields = asRecord(json, 'the manifest');
  checkVersion(fields['version']);
  return {
    version: CHECKPOINT_VERSION,
    savedAt: asText(fields['savedAt'], 'savedAt'),
    weights: asList(fields['weights'], 'weights', namedPart),
    trained: orNull(fields['trained'], 'trained', (value, where) => asList(value, where, asText)),
    states: asList(fields['states'], 'states', namedPart),
    optimizers: asList(fields['optimizers'], 'optimizers', optimizerPart),
    lossScale: orNull(fields['lossScale'], 'lossScale', savedLossScale),
    policy: orNull(fields['policy'], 'policy', asText),
    layerPolicies: asList(fields['layerPolicies'], 'layerPolicies', (value, where) => {
      const { layer, policy } = asRecord(value, where);
      return { layer: asText(layer, where), policy: asText(policy, where) };
    }),
    average: orNull(fields['average'], 'average', (value, where) => {
      const { decay, weights } = asRecord(value, where);
      return { decay: asNumber(decay, `decay of ${where}`), weights: asList(weights, `weights of ${where}`, namedPart) };
    }),
    random: orNull(fields['random'], 'random', (value, where) => {
      const { seed, calls } = asRecord(value, where);
      return { seed: asCount(seed, `seed of ${where}`), calls: asList(calls, `calls of ${where}`, layerCalls) };
    }),
    progress: orNull(fields['progress'], 'progress', (value, where) => {
      const { epoch, batch, batches } = asRecord(value, where);
      return { epoch: asCount(epoch, where), batch: asCount(batch, where), batches: asCount(batches, where) };
    }),
    metadata: (fields['metadata'] ?? null) as Json,
  };
}

/** What of a user's metadata a file would not give back as it is, in words; `null` for nothing. */
export function wrongInMetadata(metadata: unknown): string | null {
  return wrongInJson(metadata, DEPTH - 2);
}

function checkVersion(version: unknown): void {
  if (version === CHECKPOINT_VERSION) return;
  const newer = typeof version === 'number' && version > CHECKPOINT_VERSION;
  throw new ModelFileError(
    `a checkpoint must be of version ${CHECKPOINT_VERSION}, the newest that this package knows`,
    show(version),
    newer ? 'Install a newer @halftone/models.' : 'The file is corrupt or of another program: restore another one.',
  );
}

function namedPart(value: unknown, where: string): NamedPart {
  const { key, tensor } = asRecord(value, where);
  return { key: asText(key, where), tensor: asText(tensor, where) };
}

function optimizerPart(value: unknown, where: string): OptimizerPart {
  const { key, className, config, iterations, learningRate, slots, powers } = asRecord(value, where);
  return {
    key: asText(key, where),
    className: asText(className, where),
    config: asRecord(config, `config of ${where}`),
    iterations: asCount(iterations, `iterations of ${where}`),
    learningRate: orNull(learningRate, `learningRate of ${where}`, asNumber),
    slots: asList(slots, `slots of ${where}`, slotPart),
    powers: asList(powers, `powers of ${where}`, namedPart),
  };
}

function slotPart(value: unknown, where: string): SlotPart {
  const { list, index, weight, name, tensor } = asRecord(value, where);
  const place = asCount(index, where);
  if (place >= MOST_SLOTS)
    throw new ModelFileError(`an optimizer may have ${MOST_SLOTS} slots in a list`, place, 'The file is hostile: do not use it.');
  return {
    list: asText(list, where),
    index: place,
    weight: orNull(weight, where, asText),
    name: asText(name, where),
    tensor: asText(tensor, where),
  };
}

function layerCalls(value: unknown, where: string): { readonly layer: string; readonly calls: number } {
  const { layer, calls } = asRecord(value, where);
  return { layer: asText(layer, where), calls: asCount(calls, where) };
}

const KINDS = ['none', 'static', 'dynamic'] as const;

function savedLossScale(value: unknown, where: string): SavedLossScale {
  const { version, kind, state } = asRecord(value, where);
  const known = KINDS.find((each) => each === kind);
  if (version !== 1 || known === undefined)
    throw new ModelFileError(
      `${where} of the checkpoint must be of version 1 and a known kind`,
      show(value),
      'The file is of a newer kind, or corrupt.',
    );
  const { scale, goodSteps, skippedInRow, skipped, applied } = asRecord(state, `state of ${where}`);
  return {
    version: 1,
    kind: known,
    state: {
      scale: asNumber(scale, `scale of ${where}`),
      goodSteps: asCount(goodSteps, `goodSteps of ${where}`),
      skippedInRow: asCount(skippedInRow, `skippedInRow of ${where}`),
      skipped: asCount(skipped, `skipped of ${where}`),
      applied: asCount(applied, `applied of ${where}`),
    },
  };
}
