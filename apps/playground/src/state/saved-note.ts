import { formatQuery, readQuery } from './settings-query.ts';
import type { SavedRun } from './play-state.ts';

const KEY = 'halftone-playground';

/** What `localStorage` offers and this needs. */
export type NoteStore = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Notes that a checkpoint was saved, so that the page knows of it without loading TensorFlow.js to look.
 *
 * @param store - `null` where the browser grants none; then nothing is noted, and the page that saved still knows
 */
export function writeNote(store: NoteStore | null, { settings, step, savedAt }: SavedRun): void {
  try {
    store?.setItem(KEY, JSON.stringify({ query: formatQuery(settings), step, savedAt }));
  } catch {
    return; // full or forbidden: the note is a convenience, the checkpoint itself is in IndexedDB
  }
}

/**
 * The checkpoint that was noted last, or `null`; of what stands there nothing is believed.
 *
 * @param store - as for {@link writeNote}
 */
export function readNote(store: NoteStore | null): SavedRun | null {
  try {
    const note: unknown = JSON.parse(store?.getItem(KEY) ?? 'null');
    if (typeof note !== 'object' || note === null) return null;
    const { query, step, savedAt } = note as Readonly<Record<string, unknown>>;
    if (typeof query !== 'string' || typeof step !== 'number' || !Number.isSafeInteger(step) || typeof savedAt !== 'string') return null;
    const { settings, problem } = readQuery(query);
    return problem === null && step > 0 && !Number.isNaN(Date.parse(savedAt)) ? { settings, step, savedAt } : null;
  } catch {
    return null;
  }
}

/** The page's own store, or `null` where the browser refuses one. */
export function noteStore(): NoteStore | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // reading the property itself throws where storage is blocked
  }
}
