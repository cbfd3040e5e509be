import type { HeldLock, RunLock } from './run-lock.ts';

/** The locks of this process or tab by place. */
const held: Map<string, Promise<HeldLock>> = /* @__PURE__ */ new Map();

/** Takes a lock unless this process has it already and nobody took it over. */
export async function holdLock(lock: RunLock, options: { readonly takeOver: boolean }): Promise<void> {
  const known = held.get(lock.key);
  if (known !== undefined && !options.takeOver) {
    (await known).check();
    return;
  }
  await dropLock(lock);
  const taking = lock.take(options);
  held.set(lock.key, taking);
  try {
    await taking;
  } catch (error) {
    held.delete(lock.key);
    throw error;
  }
}

/** Lets go of a lock, if this process has it. */
export async function dropLock({ key }: RunLock): Promise<void> {
  const known = held.get(key);
  held.delete(key);
  await (await known?.catch(() => undefined))?.release();
}
