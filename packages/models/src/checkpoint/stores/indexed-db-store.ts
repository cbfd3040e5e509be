import { message } from '../../bytes/model-file-error.ts';
import { CheckpointWriteError, STORAGE_REMEDY } from '../checkpoint-errors.ts';
import type { RunLock } from '../lock/run-lock.ts';
import type { CheckpointStore } from './store.ts';

/** A database of our own: tfjs's holds models. */
const DATABASE = 'halftone';
const TABLE = 'checkpoints';

/** IndexedDB of this origin: one record for each run, replaced in one transaction. */
export function indexedDbStore(name: string, lock: RunLock): CheckpointStore {
  const place = `'indexeddb://${name}'`;
  return {
    place,
    lock,
    async write(parts) {
      const bytes = await new Blob([...parts]).arrayBuffer();
      const database = await open(place).catch((cause: unknown) => {
        throw failure(place, cause);
      });
      try {
        await replace(database, name, bytes);
      } catch (cause) {
        throw failure(place, cause);
      } finally {
        database.close();
      }
    },
    async read() {
      const database = await open(place).catch((cause: unknown) => {
        throw unreadable(place, cause);
      });
      try {
        const found = await get(database, name);
        return found instanceof ArrayBuffer ? found : null;
      } finally {
        database.close();
      }
    },
    removal: {
      async exists() {
        const database = await open(place).catch((cause: unknown) => {
          throw unreadable(place, cause);
        });
        try {
          return (await get(database, name)) instanceof ArrayBuffer;
        } finally {
          database.close();
        }
      },
      async remove() {
        const database = await open(place).catch((cause: unknown) => {
          throw failure(place, cause);
        });
        try {
          await replace(database, name, null);
        } catch (cause) {
          throw failure(place, cause);
        } finally {
          database.close();
        }
      },
    },
  };
}

async function open(place: string): Promise<IDBDatabase> {
  if (globalThis.indexedDB === undefined || globalThis.indexedDB === null) {
    throw new Error(
      message(
        `${place} needs a browser with IndexedDB`,
        'none',
        'In Node pass a folder. In a private window allow storage, or pass an IOHandler.',
      ),
    );
  }
  return new Promise((resolve, reject) => {
    const request = globalThis.indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB did not open'));
    request.onblocked = () => reject(new Error('another tab holds an older version of the database open'));
  });
}

/** Puts the bytes there, or nothing. Resolves when the transaction is on disk, not when the request is done. */
function replace(database: IDBDatabase, name: string, bytes: ArrayBuffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, 'readwrite', { durability: 'strict' });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
    const table = transaction.objectStore(TABLE);
    if (bytes === null) table.delete(name);
    else table.put(bytes, name);
  });
}

function get(database: IDBDatabase, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request: IDBRequest<unknown> = database.transaction(TABLE, 'readonly').objectStore(TABLE).get(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB did not answer'));
  });
}

function failure(place: string, cause: unknown): unknown {
  const { name, message: text } = cause instanceof Error || cause instanceof DOMException ? cause : { name: '', message: String(cause) };
  if (text.startsWith('[models]')) return cause;
  if (name === 'QuotaExceededError') {
    return new CheckpointWriteError(
      place,
      'no room is left in what this browser grants the page',
      'Delete other data, or ask for navigator.storage.persist().',
      { cause },
    );
  }
  return new CheckpointWriteError(place, `${name}: ${text}`, STORAGE_REMEDY, { cause });
}

function unreadable(place: string, cause: unknown): unknown {
  const { message: text } = cause as { readonly message: string };
  return text.startsWith('[models]') ? cause : new Error(message(`${place} must be open to this page`, text, STORAGE_REMEDY), { cause });
}
