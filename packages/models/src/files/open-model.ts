import type { io } from '@tensorflow/tfjs-core';
import { io as tfio } from '@tensorflow/tfjs-core';
import { type ByteReader, byteReader } from '../bytes/byte-reader.ts';
import { httpFolder, isHttp } from './http-folder.ts';
import { type FileLimits, limitsOf } from '../bytes/limits.ts';
import { message, ModelFileError, show } from '../bytes/model-file-error.ts';
import type { ModelFolder } from './model-folder.ts';
import { checkJson, type ModelJson, partsForTfjs, readModelJson } from './model-json.ts';
import { checkSpecs, type WeightSpec } from './weight-spec.ts';

/** Where a model is loaded from: a URL, an `IOHandler` of tfjs, or a folder with `model.json` in it. */
export type ModelSource = string | io.IOHandler | ModelFolder;

/** How a model is reached. */
export interface OpenOptions {
  /** What a file may ask for; `defaultFileLimits` unless set, each alone. */
  readonly limits?: Partial<FileLimits> | undefined;
  /** In the place of `fetch`, for `http` URLs. */
  readonly fetch?: ((url: string) => Promise<Response>) | undefined;
}

/** A model whose description was read and checked; of its weights nothing was read yet. */
export interface OpenModel {
  readonly rest: ModelJson['rest'];
  readonly limits: FileLimits;
  readonly groups: readonly { readonly specs: readonly WeightSpec[]; open(): ByteReader }[];
}

/** Opens a model; weights are read later, group by group and in order. */
export async function openModel(source: ModelSource, options: OpenOptions): Promise<OpenModel> {
  const limits = limitsOf(options.limits);
  if (typeof source !== 'string') {
    if (typeof (source as io.IOHandler).load === 'function') return openHandler(source as io.IOHandler, limits);
    if (typeof (source as ModelFolder).read === 'function') return openFolder(source as ModelFolder, limits);
    throw new TypeError(
      message(
        'a model must come from a URL, load() or read()',
        Object.keys(Object(source)).join(', ') || 'neither',
        'Pass an IOHandler or { read(path) }.',
      ),
    );
  }
  if (isHttp(source)) return openFolder(httpFolder(source, options.fetch ?? ((url) => fetch(url))), limits);
  const [handler, second] = tfio.getLoadHandlers(source) as io.IOHandler[];
  if (handler === undefined || second !== undefined) {
    throw new RangeError(
      message('a source must be a URL that one IO handler of tfjs takes', source, "Use for example 'indexeddb://mine', or pass a folder."),
    );
  }
  return openHandler(handler, limits);
}

async function openFolder(folder: ModelFolder, limits: FileLimits): Promise<OpenModel> {
  const read = async (path: string): Promise<Uint8Array | ReadableStream<Uint8Array>> => (await folder.read?.(path)) as Uint8Array;
  const { rest, groups } = readModelJson(await readAll(await read('model.json'), limits), limits);
  return { rest, limits, groups: groups.map(({ paths, specs }) => ({ specs, open: () => byteReader(shardStream(paths, read)) })) };
}

async function openHandler(handler: io.IOHandler, limits: FileLimits): Promise<OpenModel> {
  const artifacts = await handler.load?.();
  const { weightSpecs, weightData, getWeightStream } = (artifacts ?? {}) as io.ModelArtifacts;
  checkJson(artifacts?.modelTopology, limits);
  checkJson(artifacts?.userDefinedMetadata, limits);
  const rest = partsForTfjs((artifacts ?? {}) as Record<string, unknown>);
  const specs = checkSpecs(weightSpecs ?? [], limits);
  const open = (): ByteReader => {
    if (getWeightStream !== undefined) return byteReader(getWeightStream());
    if (Array.isArray(weightData)) return byteReader(piecesStream(weightData));
    return byteReader(weightData ?? new ArrayBuffer(0));
  };
  return { rest, limits, groups: [{ specs, open }] };
}

async function readAll(input: Uint8Array | ReadableStream<Uint8Array>, limits: FileLimits): Promise<Uint8Array<ArrayBuffer>> {
  const tooLong = (got: number): ModelFileError =>
    new ModelFileError(
      `model.json may have ${limits.headerBytes} bytes`,
      `at least ${got}`,
      'Raise limits.headerBytes if the file is yours.',
    );
  if (!(input instanceof ReadableStream)) {
    if (!ArrayBuffer.isView(input))
      throw new TypeError(message('read() must give bytes or a ReadableStream', show(typeof input), "Check the folder's read()."));
    if (input.length > limits.headerBytes) throw tooLong(input.length);
    return input as Uint8Array<ArrayBuffer>;
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  const reader = input.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    total += step.value.length;
    if (total > limits.headerBytes) {
      await reader.cancel();
      throw tooLong(total);
    }
    parts.push(step.value as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Shards one after the other; the next is opened when the one before is at its end. */
function shardStream(
  paths: readonly string[],
  read: (path: string) => Promise<Uint8Array | ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  let current: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let next = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          if (current === null) {
            if (next === paths.length) return controller.close();
            const shard = await read(paths[next++] as string);
            if (!(shard instanceof ReadableStream)) return controller.enqueue(shard);
            current = shard.getReader();
          }
          const { done, value } = await current.read();
          if (!done) return controller.enqueue(value);
          current = null;
        }
      },
      async cancel(reason) {
        await current?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

function piecesStream(pieces: readonly ArrayBuffer[]): ReadableStream<ArrayBuffer> {
  let next = 0;
  return new ReadableStream<ArrayBuffer>({
    pull(controller) {
      const piece = pieces[next++];
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  });
}
