import { CheckpointLockedError } from '../checkpoint-errors.ts';
import type { NodeFiles } from '../../bytes/node-files.ts';
import { errorCode, nodeFiles } from '../../bytes/node-files.ts';
import { isAlive, thisProcess, type ProcessMark } from './process-mark.ts';
import type { HeldLock, RunLock } from './run-lock.ts';

/** The lock's file in its folder. */
const LOCK_FILE = 'checkpoint.lock';

/**
 * A file that names the process that may write. It is created only where none is; one that a dead process left, told by its number
 * and by when it started, is taken over. Of a process on another machine nothing is known: it counts as alive.
 */
export class FolderLock implements RunLock {
  readonly key: string;

  constructor(folder: string) {
    this.key = `folder ${folder}`;
    this.#folder = folder;
  }

  readonly #folder: string;

  async take({ takeOver }: { readonly takeOver: boolean }): Promise<HeldLock> {
    const modules = await nodeFiles(`the folder '${this.#folder}'`);
    const { fs, path, os, files } = modules;
    await fs.mkdir(this.#folder, { recursive: true });
    const file = path.join(path.resolve(this.#folder), LOCK_FILE);
    const own = JSON.stringify({ ...(await thisProcess({ fs, os })), token: globalThis.crypto.randomUUID() });
    while (!(await created(modules, file, own))) {
      const found = await textOf(modules, file);
      if (found === null) continue; // gone meanwhile
      const mark = markOf(found);
      if (!takeOver && (mark === null || (await isAlive(mark, { fs, os }))))
        throw new CheckpointLockedError(`the folder '${this.#folder}'`, nameOf(mark, file));
      await setAside(modules, file, found);
    }
    const isOwn = (): boolean => {
      try {
        return files.readFileSync(file, 'utf8') === own;
      } catch {
        return false; // the lock is gone, and maybe the folder with it
      }
    };
    const leave = (): void => {
      if (isOwn()) files.rmSync(file, { force: true });
    };
    process.once('exit', leave);
    return {
      check: () => {
        if (!isOwn()) throw new CheckpointLockedError(`the folder '${this.#folder}'`, `another process, which took '${file}' over`);
      },
      release: async () => {
        process.off('exit', leave);
        leave();
      },
    };
  }
}

async function created({ fs }: NodeFiles, file: string, text: string): Promise<boolean> {
  const draft = `${file}.${globalThis.crypto.randomUUID()}`;
  await fs.writeFile(draft, text);
  try {
    await fs.link(draft, file); // whole at once, and only where nothing is
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(errorCode(error))) throw error;
    return createdPlainly(fs, file, text); // a disk without links
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function createdPlainly(fs: NodeFiles['fs'], file: string, text: string): Promise<boolean> {
  try {
    await fs.writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function textOf({ fs }: NodeFiles, file: string): Promise<string | null> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Takes a dead lock away. What was moved is looked at again: if somebody renewed the lock in between, it is put back. */
async function setAside({ fs }: NodeFiles, file: string, expected: string): Promise<void> {
  const aside = `${file}.${globalThis.crypto.randomUUID()}`;
  try {
    await fs.rename(file, aside);
    if ((await fs.readFile(aside, 'utf8')) !== expected) await fs.link(aside, file).catch(() => undefined);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  } finally {
    await fs.rm(aside, { force: true });
  }
}

function markOf(text: string): ProcessMark | null {
  try {
    const { host, pid, started } = JSON.parse(text) as Partial<ProcessMark>;
    return typeof host === 'string' && Number.isSafeInteger(pid) && typeof started === 'string'
      ? { host, pid: pid as number, started }
      : null;
  } catch {
    return null;
  }
}

function nameOf(mark: ProcessMark | null, file: string): string {
  return mark === null ? `'${file}', which is not ours to read` : `process ${mark.pid} on ${mark.host}`;
}
