import { errorCode, nodeFiles } from '../bytes/node-files.ts';
import { message } from '../bytes/model-file-error.ts';

/** Where a project is written to: a folder of Node, or whatever takes files by their paths, such as a zip in a browser. */
export interface ProjectSink {
  /** Called for one file after the other; a path has `/` between its parts. */
  write(path: string, bytes: Uint8Array): void | Promise<void>;
}

/** Where the results of a project are read from. */
export interface ProjectSource {
  /** The bytes of a file, by its path in the project: `out/weights.safetensors`. */
  read(path: string): Uint8Array | Promise<Uint8Array>;
}

/** A sink that appears whole or not at all. */
export interface OpenProject extends ProjectSink {
  /** Everything is written: makes it what the caller sees. */
  commit(): Promise<void>;
  /** Something failed: leaves nothing behind. */
  discard(): Promise<void>;
}

/** Begins a project. In Node it is written beside the folder and renamed at the end: a crash leaves no half of it. */
export async function openProject(target: string | ProjectSink): Promise<OpenProject> {
  if (typeof target !== 'string') {
    if (typeof target?.write !== 'function') {
      throw new TypeError(message('scaleOut() writes to a folder or to { write(path, bytes) }', typeof target, 'Pass one of them.'));
    }
    return { write: (path, bytes) => target.write(path, bytes), commit: async () => undefined, discard: async () => undefined };
  }
  needNode('scaleOut()', '{ write(path, bytes) }');
  const { fs, path } = await nodeFiles(`the folder '${target}'`);
  const folder = path.resolve(target);
  const there = await fs.readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  if (there.length > 0) {
    throw new Error(
      message(
        `the folder '${target}' must be new or empty`,
        `${there.length} files in it`,
        'Pass another one; results of a run may be in it.',
      ),
    );
  }
  const unfinished = `${folder}.${globalThis.crypto.randomUUID()}.part`;
  await fs.mkdir(unfinished, { recursive: true });
  return {
    async write(file, bytes) {
      const place = path.join(unfinished, ...file.split('/'));
      await fs.mkdir(path.dirname(place), { recursive: true });
      const handle = await fs.open(place, 'wx');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async commit() {
      await fs.rmdir(folder).catch(() => undefined); // an empty one; rename replaces none on Windows
      await fs.rename(unfinished, folder);
    },
    discard: () => fs.rm(unfinished, { recursive: true, force: true }),
  };
}

/** Reads files of a project. */
export async function projectSource(source: string | ProjectSource): Promise<ProjectSource> {
  if (typeof source !== 'string') {
    if (typeof source?.read === 'function') return source;
    throw new TypeError(message('scaleIn() reads from a folder or from { read(path) }', typeof source, 'Pass one of them.'));
  }
  needNode('scaleIn()', '{ read(path) }');
  const { fs, path } = await nodeFiles(`the folder '${source}'`);
  return {
    async read(file) {
      try {
        return await fs.readFile(path.join(source, ...file.split('/')));
      } catch (cause) {
        throw new Error(message(`'${source}' must hold ${file}`, errorCode(cause) || cause, 'Run train.py in it first: it writes out/.'), {
          cause,
        });
      }
    },
  };
}

function needNode(caller: string, other: string): void {
  if (globalThis.process?.versions?.node !== undefined) return;
  throw new Error(message(`${caller} with a folder needs Node`, 'a browser', `Pass ${other}.`));
}
