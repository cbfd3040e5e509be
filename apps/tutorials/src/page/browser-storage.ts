import type { LessonStorage } from '../lesson.ts';

/** Where `saveCheckpoint` keeps what is saved to `indexeddb://…`. */
const CHECKPOINTS = { database: 'halftone', table: 'checkpoints' } as const;

/** Storage of a run in this origin's IndexedDB, under names of its own. Works in pages and in workers. */
export function browserStorage(run: string): LessonStorage {
  const name = `halftone-tutorial-${run}`;
  return {
    checkpoint: `indexeddb://${name}`,
    model: (file) => `indexeddb://${name}-${file}`,
    kept: () => keptCheckpoint(run),
    clear: async () => {
      const { io } = await import('@tensorflow/tfjs-core');
      const models = Object.keys(await io.listModels()).filter((url) => url.startsWith(`indexeddb://${name}-`));
      await Promise.all(models.map((url) => io.removeModel(url)));
      await withCheckpoints('readwrite', (table) => table.delete(name));
    },
  };
}

/** Whether a checkpoint of a run lies in this browser. Loads nothing of tfjs. Where the browser keeps nothing for the page there is none. */
export async function keptCheckpoint(run: string): Promise<boolean> {
  const count = await withCheckpoints('readonly', (table) => table.count(`halftone-tutorial-${run}`)).catch(() => 0);
  return (count ?? 0) > 0;
}

/** Does one thing with the checkpoints, if there ever was one; makes no database. */
async function withCheckpoints<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  const database = await opened();
  if (database === null) return undefined;
  try {
    return await settled(work(database.transaction(CHECKPOINTS.table, mode).objectStore(CHECKPOINTS.table)));
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase | null> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(CHECKPOINTS.database);
    request.onupgradeneeded = () => request.transaction?.abort(); // it does not exist: leave it so
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (request.error?.name === 'AbortError' ? resolve(null) : reject(request.error));
  });
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
