import type { FileLimits } from '../bytes/limits.ts';
import { ModelFileError, show } from '../bytes/model-file-error.ts';
import { checkPath } from './model-folder.ts';
import { checkSpecs, type WeightSpec } from './weight-spec.ts';

/** A `model.json` that was checked: what tfjs gets, and where the weights are. */
export interface ModelJson {
  /** All but the weights, in the names of tfjs's `ModelArtifacts`. */
  readonly rest: { readonly modelTopology: object } & Readonly<Record<string, unknown>>;
  readonly groups: readonly { readonly paths: readonly string[]; readonly specs: readonly WeightSpec[] }[];
}

const REFUSED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];
const FIELDS = [
  'format',
  'generatedBy',
  'convertedBy',
  'signature',
  'userDefinedMetadata',
  'modelInitializer',
  'initializerSignature',
  'trainingConfig',
];

/** Reads a `model.json`, of which nothing is believed: nesting, keys, weights and paths are checked before tfjs sees any. */
export function readModelJson(bytes: Uint8Array<ArrayBuffer>, limits: FileLimits): ModelJson {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ModelFileError(
      'model.json must be JSON',
      `${bytes.length} bytes that are not`,
      'The file is cut short or corrupt: load it again.',
      { cause },
    );
  }
  checkJson(json, limits);
  const { weightsManifest, ...fields } = (Object(json) === json ? json : {}) as Record<string, unknown>;
  if (!Array.isArray(weightsManifest)) {
    throw new ModelFileError('model.json must have a weightsManifest', show(weightsManifest), 'Is this the model.json of a tfjs model?');
  }
  const groups = weightsManifest.map((group: unknown) => {
    const { paths, weights } = Object(group) as Record<string, unknown>;
    if (!Array.isArray(paths))
      throw new ModelFileError('a group of the weightsManifest must have paths', show(paths), 'The file is corrupt.');
    return { paths: paths.map(checkPath), specs: checkSpecs(weights, limits) };
  });
  checkSpecs(
    groups.flatMap(({ specs }) => specs),
    limits,
  ); // names and sums over all groups
  return { rest: partsForTfjs(fields), groups };
}

/** What of the artifacts of a file tfjs may see, checked. */
export function partsForTfjs(fields: Readonly<Record<string, unknown>>): ModelJson['rest'] {
  const { modelTopology } = fields;
  if (
    Object(modelTopology) !== modelTopology ||
    ArrayBuffer.isView(modelTopology) ||
    modelTopology instanceof ArrayBuffer ||
    Array.isArray(modelTopology)
  ) {
    throw new ModelFileError(
      'a model must have a modelTopology of JSON',
      show(typeof modelTopology),
      'Is this the model.json of a tfjs model?',
    );
  }
  const rest: Record<string, unknown> = {};
  for (const name of FIELDS) if (fields[name] !== undefined) rest[name] = fields[name];
  return { ...rest, modelTopology: modelTopology as object };
}

/** Walks a parsed JSON without recursion; tfjs recurses over it, and copies keys onto plain objects. */
export function checkJson(json: unknown, limits: FileLimits): void {
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.jsonDepth)
      throw new ModelFileError(`model.json may nest ${limits.jsonDepth} deep`, 'deeper', 'Raise limits.jsonDepth if the file is yours.');
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) continue;
      for (const [key, child] of Object.entries(value)) {
        if (!Array.isArray(value) && REFUSED_KEYS.includes(key)) {
          throw new ModelFileError('model.json may not have keys of the prototype', show(key), 'The file is hostile: do not use it.');
        }
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
}
