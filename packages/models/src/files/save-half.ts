import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import { io as tfio } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Policy } from '@halftone/policy';
import { formatPolicy, policy as toPolicy } from '@halftone/policy';
import { policyOf } from '../mixed-precision.ts';
import { type HalfOptions, type HalfReport, halveWeights, type HalfWeights } from './half-artifacts.ts';
import { message } from '../bytes/model-file-error.ts';
import { type ModelFolder, shards } from './model-folder.ts';
import { streamedArtifacts } from './streamed-graphs.ts';

/** Options of {@link saveHalf}. */
export interface SaveHalfOptions extends HalfOptions {
  /** Bytes of a shard, 4 MiB unless set. For folders only: the IO handlers of tfjs write one weight file. */
  readonly shardBytes?: number | undefined;
  /** Written into the file's metadata, where {@link savedPolicy} finds it. Default: the model's own, if it is in mixed precision. */
  readonly policy?: Policy | string | undefined;
}

const SHARD_BYTES = 4 * 2 ** 20; // that of the converter of tfjs: browsers cache files of this size

/**
 * Saves a model with its weights in half, in tfjs's own format: half the bytes, and in float16 plain tfjs opens it.
 *
 * Every float32 weight is looked at before anything is written: values that would overflow or become zero, and infinities and
 * NaN, are refused in one error that names them all, unless `allow` says what may be lost. Weights that are quantized to fewer
 * bits already, integers and text stay as they are. The optimizer is not saved: that is what checkpoints are for.
 *
 * Waits for the device, once for each weight, and for the place. Holds the weights as float32 and in half at the same time.
 *
 * @param model - a Layers or Graph model; not changed
 * @param target - a URL of a scheme that tfjs knows (`'indexeddb://mine'`), an `IOHandler`, or a folder: `{ write(path, bytes) }`
 * @param options - `format` `'float16'`, `allow` nothing, `keepFloat32` normalizations, `shardBytes` 4 MiB, `policy` that of the model
 * @returns bytes before and after, and how each weight sits in the range of the format
 * @throws HalfRangeError if a weight does not fit; then nothing was written. RangeError for options that mean nothing
 * @see tfjs-core `io/types.ts` for the manifest; bfloat16 is a quantization of our own, which plain tfjs refuses by name
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 300, inputShape: [1] })] });
 * const files = new Map();
 * const report = await saveHalf(model, { write: async (path, bytes) => void files.set(path, bytes) });
 * report.bytes / report.bytesBefore; // 0.5
 * [...files.keys()]; // ['group1-shard1of1.bin', 'model.json']
 */
export async function saveHalf(
  model: LayersModel | GraphModel,
  target: string | io.IOHandler | ModelFolder,
  options: SaveHalfOptions = {},
): Promise<HalfReport> {
  const { shardBytes, policy = policyOf(model) } = options;
  const place = placeOf(target);
  if (shardBytes !== undefined && place.kind === 'handler') {
    throw new RangeError(
      message('shardBytes needs a folder', 'an IO handler, which writes one weight file', 'Pass { write(path, bytes) } as the target.'),
    );
  }
  if (shardBytes !== undefined) shards([], { group: 1, shardBytes });
  const note = policy === null ? {} : { policy: formatPolicy(toPolicy(policy)) };
  const artifacts = await artifactsOf(model);
  const half = await halveWeights(artifacts, options);
  const { weightData: _, weightSpecs: __, getWeightStream: ___, ...rest } = artifacts;
  const userDefinedMetadata = { ...rest.userDefinedMetadata, halftone: { version: 1, format: half.report.format, ...note } };
  if (place.kind === 'handler') await saveThrough(place.handler, { ...rest, userDefinedMetadata }, half);
  else await saveInto(place.write, { ...rest, userDefinedMetadata }, { half, shardBytes: shardBytes ?? SHARD_BYTES });
  return half.report;
}

type Place =
  | { readonly kind: 'handler'; readonly handler: io.IOHandler }
  | { readonly kind: 'folder'; readonly write: NonNullable<ModelFolder['write']> };

function placeOf(target: string | io.IOHandler | ModelFolder): Place {
  if (typeof target === 'string') {
    const [handler, second] = tfio.getSaveHandlers(target) as io.IOHandler[];
    if (handler === undefined || second !== undefined) {
      throw new RangeError(
        message(
          'a target must be a URL that one IO handler of tfjs takes',
          target,
          "Use for example 'indexeddb://mine', or pass a folder.",
        ),
      );
    }
    return { kind: 'handler', handler };
  }
  if (typeof (target as io.IOHandler).save === 'function') return { kind: 'handler', handler: target as io.IOHandler };
  const folder = target as ModelFolder;
  if (typeof folder.write === 'function') return { kind: 'folder', write: folder.write.bind(folder) };
  throw new TypeError(
    message(
      'a target must have save() or write()',
      Object.keys(Object(target)).join(', ') || 'neither',
      'Pass an IOHandler or { write(path, bytes) }.',
    ),
  );
}

/** What the model itself would save. */
async function artifactsOf(model: LayersModel | GraphModel): Promise<io.ModelArtifacts> {
  const streamed = await streamedArtifacts(model);
  if (streamed !== null) return streamed;
  let caught: io.ModelArtifacts | undefined;
  const handler = tfio.withSaveHandler(async (artifacts) => {
    caught = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  if (caught === undefined)
    throw new TypeError(message('a model must hand its parts to an IO handler', 'nothing', 'Pass a Layers or Graph model of tfjs.'));
  return caught;
}

async function saveThrough(handler: io.IOHandler, rest: io.ModelArtifacts, { specs, chunks }: HalfWeights): Promise<void> {
  const [weightData] = shards(chunks, { group: 1, shardBytes: Number.MAX_SAFE_INTEGER });
  await handler.save?.({ ...rest, weightSpecs: specs, weightData: (weightData as { bytes: Uint8Array<ArrayBuffer> }).bytes.buffer });
}

async function saveInto(
  write: NonNullable<ModelFolder['write']>,
  rest: io.ModelArtifacts,
  { half, shardBytes }: { half: HalfWeights; shardBytes: number },
): Promise<void> {
  const files = shards(half.chunks, { group: 1, shardBytes });
  for (const { path, bytes } of files) await write(path, bytes);
  const json = { ...rest, weightsManifest: [{ paths: files.map(({ path }) => path), weights: half.specs }] };
  await write('model.json', new TextEncoder().encode(JSON.stringify(json)));
}

/**
 * The policy that a model was saved with, or `null`.
 *
 * Pure and synchronous.
 *
 * @param model - from any loader
 * @throws RangeError if the file names a policy that does not exist
 *
 * @example
 * savedPolicy(tf.sequential()); // null
 */
export function savedPolicy(model: LayersModel | GraphModel): Policy | null {
  const metadata = ('metadata' in model ? model.metadata : (model as { getUserDefinedMetadata(): unknown }).getUserDefinedMetadata()) as
    | { halftone?: { policy?: unknown } }
    | null
    | undefined;
  const text = metadata?.halftone?.policy;
  return typeof text === 'string' ? toPolicy(text) : null;
}
