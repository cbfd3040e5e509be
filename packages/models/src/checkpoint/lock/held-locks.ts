import type { HeldLock, RunLock } from './run-lock.ts';

/** The locks of this process or tab by place; one that is being let go of ends as `null`. */
const held: Map<string, Promise<HeldLock | null>> = /* @__PURE__ */ new Map();

/** Takes a lock unless this process has it already and nobody took it over. Calls at once take it once. */
export async function holdLock(lock: RunLock, options: { readonly takeOver: boolean }): Promise<void> {
  const known = held.get(lock.key);
  if (known !== undefined && !options.takeOver) {
    const mine = await known;
    return mine === null ? holdLock(lock, options) : mine.check();
  }
  const taking = released(known).then(() => lock.take(options));
  held.set(lock.key, taking);
  try {
    await taking;
  } catch (error) {
    if (held.get(lock.key) === taking) held.delete(lock.key);
    throw error;
  }
}

/** Lets go of a lock, if this process has it. */
export async function dropLock({ key }: RunLock): Promise<void> {
  const known = held.get(key);
  if (known === undefined) return;
  const dropping = released(known);
  held.set(key, dropping);
  await dropping;
  if (held.get(key) === dropping) held.delete(key);
}

async function released(known: Promise<HeldLock | null> | undefined): Promise<null> {
  await (await known?.catch(() => null))?.release();
  return null;
}
