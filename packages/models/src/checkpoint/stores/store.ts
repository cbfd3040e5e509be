import type { io } from '@tensorflow/tfjs-core';
import type { ByteInput } from '../../bytes/byte-reader.ts';
import { message } from '../../bytes/model-file-error.ts';
import type { RunLock } from '../lock/run-lock.ts';
import { FolderLock } from '../lock/folder-lock.ts';
import { WebLock } from '../lock/web-lock.ts';
import { folderStore } from './folder-store.ts';
import { handlerStore } from './handler-store.ts';
import { indexedDbStore } from './indexed-db-store.ts';

/** Where a checkpoint is kept: a folder (Node), `indexeddb://name` (browsers), or an IOHandler of tfjs. */
export type CheckpointTarget = string | io.IOHandler;

/** A place for one checkpoint, whose writes take place wholly or not at all. */
export interface CheckpointStore {
  /** In words, for messages. */
  readonly place: string;
  write(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
  /** `null` where nothing was written yet. */
  read(): Promise<ByteInput | null>;
  /** `null` where the place has no way to delete. */
  readonly removal: CheckpointRemoval | null;
  /** Who may write; `null` where the place knows no such thing. */
  readonly lock: RunLock | null;
}

/** How a place gives up its checkpoint. */
export interface CheckpointRemoval {
  /** Whether there is one. Makes nothing where nothing is. */
  exists(): Promise<boolean>;
  /** Deletes it. The place and what else lies there stay. */
  remove(): Promise<void>;
}

const INDEXED_DB = 'indexeddb://';

/** The store of a target. Opens nothing. */
export function storeOf(target: CheckpointTarget): CheckpointStore {
  if (typeof target !== 'string') return handlerStore(target);
  if (target.startsWith(INDEXED_DB)) {
    const name = target.slice(INDEXED_DB.length);
    if (name === '')
      throw new RangeError(message("a target in IndexedDB needs a name, as in 'indexeddb://my-run'", `'${target}'`, 'Give it one.'));
    return indexedDbStore(name, new WebLock(target));
  }
  const scheme = /^([a-z]+):\/\//.exec(target)?.[1];
  if (target === '' || scheme !== undefined) {
    throw new RangeError(
      message(
        "a target must be a folder, 'indexeddb://name' or an IOHandler",
        `'${target}'`,
        `Pass the path of a folder${scheme === undefined ? '' : `, or tf.io.getSaveHandlers('${target}')[0] to use tfjs's own place`}.`,
      ),
    );
  }
  return folderStore(target, new FolderLock(target));
}
