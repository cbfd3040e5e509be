import type { io } from '@tensorflow/tfjs-core';
import type { ByteInput } from '../../bytes/byte-reader.ts';
import { message, ModelFileError } from '../../bytes/model-file-error.ts';
import { CheckpointWriteError } from '../checkpoint-errors.ts';
import type { CheckpointStore } from './store.ts';

/** What a handler of tfjs takes the whole file for: one weight of bytes. */
const FORMAT = 'halftone-checkpoint';
const NAME = 'checkpoint.safetensors';

/** An IOHandler of tfjs: the whole file travels as its weight data. Whether a save is atomic, and who may save, is the handler's affair. */
export function handlerStore(handler: io.IOHandler): CheckpointStore {
  const has = (name: 'save' | 'load'): boolean =>
    typeof handler === 'object' && handler !== null && typeof Reflect.get(handler, name) === 'function';
  if (!has('save') && !has('load')) {
    throw new TypeError(
      message(
        "a target must be a folder, 'indexeddb://name' or an IOHandler",
        handler === null ? 'null' : typeof handler,
        'An IOHandler has save() and load().',
      ),
    );
  }
  const place = 'the IOHandler';
  return {
    place,
    lock: null,
    removal: null,
    async write(parts) {
      if (handler.save === undefined) throw new CheckpointWriteError(place, 'one that only loads', 'Pass one with save().');
      const weightData = await new Blob([...parts]).arrayBuffer();
      const result = await Promise.resolve(handler.save(artifactsOf(weightData))).catch((cause: unknown) => {
        throw new CheckpointWriteError(place, `an error of its save(): ${textOf(cause)}`, 'See the cause of this error.', { cause });
      });
      const errors = result?.errors ?? [];
      if (errors.length > 0) throw new CheckpointWriteError(place, errors.join('; '), 'See what its save() says.');
    },
    async read() {
      if (handler.load === undefined)
        throw new TypeError(message('an IOHandler must have load()', 'one that only saves', 'Pass another one.'));
      const { format, weightData, getWeightStream } = await handler.load();
      if (format !== undefined && format !== FORMAT) {
        throw new ModelFileError(
          'the IOHandler must give a checkpoint',
          `artifacts of the format '${format}'`,
          'Is it a model? Load it with tf.loadLayersModel().',
        );
      }
      if (weightData !== undefined) return inputOf(weightData);
      if (getWeightStream !== undefined) return getWeightStream() as ReadableStream<Uint8Array | ArrayBuffer>;
      throw new ModelFileError('the IOHandler must give a checkpoint', 'artifacts without weights', 'Save to it first.');
    },
  };
}

function artifactsOf(weightData: ArrayBuffer): io.ModelArtifacts {
  return {
    modelTopology: {},
    format: FORMAT,
    generatedBy: '@halftone/models',
    weightSpecs: [{ name: NAME, shape: [weightData.byteLength], dtype: 'bool' }],
    weightData,
  };
}

function inputOf(weightData: io.WeightData): ByteInput {
  return Array.isArray(weightData) ? new Blob(weightData) : weightData;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
