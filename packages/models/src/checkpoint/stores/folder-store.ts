import type { FileHandle } from 'node:fs/promises';
import type { ByteInput } from '../../bytes/byte-reader.ts';
import { CheckpointWriteError } from '../checkpoint-errors.ts';
import type { NodeFiles } from '../../bytes/node-files.ts';
import { errorCode, nodeFiles } from '../../bytes/node-files.ts';
import type { RunLock } from '../lock/run-lock.ts';
import type { CheckpointStore } from './store.ts';

/** The file of the checkpoint in its folder. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';
/** What a crash in the middle of a save leaves behind; the next save removes it. */
const UNFINISHED = /^checkpoint\.safetensors\.[0-9a-f-]+\.part$/;
const CHUNK = 4 * 2 ** 20;

/**
 * A folder of Node with one file. It is written beside the old one, flushed to the disk, and renamed over it: whoever looks, at
 * whatever moment, after whatever crash, finds the old checkpoint or the new one.
 */
export function folderStore(folder: string, lock: RunLock): CheckpointStore {
  return {
    place: `the folder '${folder}'`,
    lock,
    async write(parts) {
      const files = await nodeFiles(`the folder '${folder}'`);
      const { fs, path } = files;
      const target = path.join(folder, CHECKPOINT_FILE);
      const unfinished = `${target}.${globalThis.crypto.randomUUID()}.part`;
      try {
        await fs.mkdir(folder, { recursive: true });
        await sweep(files, folder);
        await writeWhole(files, unfinished, parts);
        await fs.rename(unfinished, target);
        await flushFolder(files, folder);
      } catch (cause) {
        await fs.rm(unfinished, { force: true }).catch(() => undefined);
        throw failure(folder, cause);
      }
    },
    async read() {
      const { fs, path } = await nodeFiles(`the folder '${folder}'`);
      try {
        return streamOf(await fs.open(path.join(folder, CHECKPOINT_FILE), 'r'));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }
    },
    removal: {
      async exists() {
        const { fs, path } = await nodeFiles(`the folder '${folder}'`);
        return fs.stat(path.join(folder, CHECKPOINT_FILE)).then(
          () => true,
          (error: unknown) => {
            if (errorCode(error) === 'ENOENT') return false;
            throw error;
          },
        );
      },
      async remove() {
        const files = await nodeFiles(`the folder '${folder}'`);
        try {
          await files.fs.rm(files.path.join(folder, CHECKPOINT_FILE), { force: true });
          await sweep(files, folder);
          await flushFolder(files, folder);
        } catch (cause) {
          throw failure(folder, cause);
        }
      },
    },
  };
}

async function writeWhole({ fs }: NodeFiles, file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await fs.open(file, 'wx');
  try {
    for (const part of parts) await handle.writeFile(part); // goes on where the last one ended
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep({ fs, path }: NodeFiles, folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) if (UNFINISHED.test(name)) await fs.rm(path.join(folder, name), { force: true });
}

/** So that the new name outlives a power cut; Windows has no such thing and needs none. */
async function flushFolder({ fs }: NodeFiles, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** In chunks, so that a file larger than one array can be read; the handle is closed with the stream. */
function streamOf(handle: FileHandle): ByteInput {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(CHUNK), 0, CHUNK);
      if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
      else {
        await handle.close();
        controller.close();
      }
    },
    cancel: () => handle.close(),
  });
}

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['no room is left on the disk', 'Make room.'],
  EDQUOT: ['the quota of the disk is used up', 'Make room.'],
  EFBIG: ['the file is larger than this system allows', 'Raise the limit (ulimit -f), or save to another disk.'],
  EACCES: ['the right to write there is missing', 'Choose another folder.'],
  EPERM: ['the right to write there is missing', 'Choose another folder.'],
  EROFS: ['the disk can only be read', 'Choose another folder.'],
  ENOTDIR: ['a file is in the place of a folder', 'Choose another folder.'],
  EEXIST: ['a file is in the place of the folder', 'Choose another folder.'],
};

function failure(folder: string, cause: unknown): CheckpointWriteError {
  const code = errorCode(cause);
  const [reason, remedy] = REASONS[code] ?? [`${code === '' ? 'an error' : code} from the disk`, 'See the cause of this error.'];
  return new CheckpointWriteError(`the folder '${folder}'`, reason, remedy, { cause });
}
