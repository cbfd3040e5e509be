import type { LessonStorage } from '../lesson.ts';

/** Where `saveCheckpoint` keeps what is saved to `indexeddb://…`; looked into here, so that a page need not load tfjs to offer a run. */
const CHECKPOINTS = { database: 'halftone', table: 'checkpoints' } as const;

/** Storage of a run in this origin's IndexedDB, under names of its own. Works in pages and in workers. */
export function browserStorage(run: string): LessonStorage {
  const name = `halftone-tutorial-${run}`;
  return {
    checkpoint: `indexeddb://${name}`,
    model: (file) => `indexeddb://${name}-${file}`,
    kept: () => keptCheckpoint(run),
    clear: async () => {
      const [{ io }, { removeCheckpoint }] = await Promise.all([import('@tensorflow/tfjs-core'), import('@halftone/models')]);
      const models = Object.keys(await io.listModels()).filter((url) => url.startsWith(`indexeddb://${name}-`));
      await Promise.all(models.map((url) => io.removeModel(url)));
      await removeCheckpoint(`indexeddb://${name}`);
    },
  };
}

/** Whether a checkpoint of a run lies in this browser. Loads nothing of tfjs. Where the browser keeps nothing for the page there is none. */
export async function keptCheckpoint(run: string): Promise<boolean> {
  const database = await opened().catch(() => null);
  if (database === null) return false;
  try {
    const table = database.transaction(CHECKPOINTS.table, 'readonly').objectStore(CHECKPOINTS.table);
    return (await settled(table.count(`halftone-tutorial-${run}`))) > 0;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** The database, if there ever was a checkpoint; makes none. */
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
