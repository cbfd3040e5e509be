import type { CheckpointTarget } from '../stores/store.ts';
import { storeOf } from '../stores/store.ts';

/** Saves of this process that have not ended, by place. */
const running: Map<unknown, Set<Promise<unknown>>> = /* @__PURE__ */ new Map();
/** The last write to each place, so that two never cross. */
const writing: Map<unknown, Promise<unknown>> = /* @__PURE__ */ new Map();

/** An IOHandler is a place of its own, whatever it is called. */
const keyOf = (target: CheckpointTarget): unknown => (typeof target === 'string' ? storeOf(target).place : target);

/** Counts a save as running until it has ended, well or not. */
export async function counted<T>(target: CheckpointTarget, save: Promise<T>): Promise<T> {
  const key = keyOf(target);
  const others = running.get(key) ?? new Set();
  running.set(key, others.add(save));
  try {
    return await save;
  } finally {
    others.delete(save);
    if (others.size === 0) running.delete(key);
  }
}

/** Waits for the saves to a place that were begun before now, whether they succeed or not. */
export async function savesDone(target: CheckpointTarget): Promise<void> {
  const saves = running.get(keyOf(target));
  if (saves !== undefined) await Promise.allSettled(saves);
}

/** Writes to a place when what was begun there before has ended, well or not. Waits for both. */
export async function writeInTurn(target: CheckpointTarget, write: () => Promise<void>): Promise<void> {
  const key = keyOf(target);
  const turn = (writing.get(key) ?? Promise.resolve()).catch(() => undefined).then(write);
  writing.set(key, turn);
  try {
    await turn;
  } finally {
    if (writing.get(key) === turn) writing.delete(key);
  }
}
