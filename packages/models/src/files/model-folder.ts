import { message, ModelFileError, show } from '../bytes/model-file-error.ts';

/** A place with files of one model, read and written by name: a folder, an archive, a bucket. */
export interface ModelFolder {
  /** The bytes of a file, whole or as they arrive. */
  read?(path: string): Promise<Uint8Array | ReadableStream<Uint8Array>>;
  /** Writes a whole file. `model.json` comes last, so that a folder without it is one that was not finished. */
  write?(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Cuts weights into shards of equal size, named as the converter of tfjs names them; values may straddle shards. */
export function shards(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  { group, shardBytes }: { readonly group: number; readonly shardBytes: number },
): { path: string; bytes: Uint8Array<ArrayBuffer> }[] {
  if (!Number.isSafeInteger(shardBytes) || shardBytes < 1) {
    throw new RangeError(message('shardBytes must be a whole number above 0', shardBytes, 'Leave it out for 4 MiB.'));
  }
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const count = Math.max(1, Math.ceil(total / shardBytes));
  const files = Array.from({ length: count }, (_, i) => ({
    path: `group${group}-shard${i + 1}of${count}.bin`,
    bytes: new Uint8Array(Math.min(shardBytes, total - i * shardBytes)),
  }));
  let at = 0;
  for (const chunk of chunks) {
    for (let done = 0; done < chunk.length;) {
      const { bytes } = files[Math.floor(at / shardBytes)] as { bytes: Uint8Array };
      const offset = at % shardBytes;
      const part = chunk.subarray(done, done + bytes.length - offset);
      bytes.set(part, offset);
      done += part.length;
      at += part.length;
    }
  }
  return files;
}

/**
 * Refuses a shard path that leaves the folder of its `model.json`: upwards, to the root, to another origin, or by a sign that
 * servers and file systems read in their own way.
 */
export function checkPath(path: unknown): string {
  const inside =
    typeof path === 'string' &&
    path.length > 0 &&
    path.length <= 1024 &&
    !/^[/\\]|^[a-zA-Z][a-zA-Z0-9+.-]*:|[\\?#%\p{Cc}]/u.test(path) &&
    path
      .replace(/^\.\//, '')
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..');
  if (inside) return path.replace(/^\.\//, '');
  throw new ModelFileError(
    'a shard path must stay in the folder of model.json',
    show(path),
    'The file is hostile, or was moved: put the shards beside it and name them plainly.',
  );
}
