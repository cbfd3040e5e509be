import { CheckpointLockedError, CheckpointWriteError, STORAGE_REMEDY } from '../checkpoint-errors.ts';
import type { HeldLock, RunLock } from './run-lock.ts';

/** A lock among the tabs and workers of one origin, which the browser itself drops with its holder. */
export class WebLock implements RunLock {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }

  async take({ takeOver }: { readonly takeOver: boolean }): Promise<HeldLock> {
    const { locks } = globalThis.navigator ?? {};
    if (locks === undefined) {
      console.warn(
        `[models] two tabs must not save to ${this.key} at once, got a page without navigator.locks, which has secure pages only. Serve it over https, or use one tab.`,
      );
      return { check: () => undefined, release: async () => undefined };
    }
    return new Promise((resolve, reject) => {
      let lost = false;
      const request = locks.request(`halftone ${this.key}`, takeOver ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (lock === null) {
          reject(new CheckpointLockedError(this.key, 'another tab'));
          return undefined;
        }
        return new Promise<void>((end) => {
          resolve({
            check: () => {
              if (lost) throw new CheckpointLockedError(this.key, 'another tab, which took it over');
            },
            release: async () => {
              end();
              await request.catch(() => undefined);
            },
          });
        });
      });
      request.catch((error: unknown) => {
        lost = true; // another tab took it over
        const { name, message: text } = error as DOMException;
        // heard only where the lock was never granted: a page without a right to storage has none to locks
        reject(new CheckpointWriteError(`'${this.key}'`, `${name}: ${text}`, STORAGE_REMEDY, { cause: error }));
      });
    });
  }
}
