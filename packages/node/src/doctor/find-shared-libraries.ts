import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where a shared library lies. */
export interface SharedLibrary {
  readonly soname: string;
  readonly path: string | null;
  /** Whether the system's loader looks there, so that TensorFlow finds it without more ado. */
  readonly onLoaderPath: boolean;
}

/** The places that are looked at, in this order. */
export interface LibraryPlaces {
  /** Folders of LD_LIBRARY_PATH. */
  readonly searchPath: readonly string[];
  /** The loader's own list: file by name. */
  readonly loaderCache: ReadonlyMap<string, string>;
  /** Folders where CUDA is put without the loader being told. */
  readonly otherFolders: readonly string[];
}

const run = promisify(execFile);

/**
 * Asks the system where its loader looks for shared libraries.
 *
 * Reads LD_LIBRARY_PATH, what `ldconfig -p` lists, and which `/usr/local/cuda…` folders there are. Changes nothing.
 */
export async function libraryPlaces(environment: NodeJS.ProcessEnv = process.env): Promise<LibraryPlaces> {
  return {
    searchPath: (environment['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== ''),
    loaderCache: parseLoaderCache(await loaderCache()),
    otherFolders: await cudaFolders('/usr/local'),
  };
}

/** Finds libraries by exact name. Reads the file system. */
export function findSharedLibraries(sonames: readonly string[], places: LibraryPlaces): readonly SharedLibrary[] {
  return sonames.map((soname) => {
    const inFolder = (folders: readonly string[]): string | undefined =>
      folders.map((folder) => join(folder, soname)).find((path) => existsSync(path));
    const onPath = inFolder(places.searchPath) ?? places.loaderCache.get(soname);
    return { soname, path: onPath ?? inFolder(places.otherFolders) ?? null, onLoaderPath: onPath !== undefined };
  });
}

/** Reads the lines `libcudnn.so.8 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcudnn.so.8`. Pure. */
export function parseLoaderCache(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, soname, path] = /^\s*(\S+) \(.*\) => (\S+)\s*$/.exec(line) ?? [];
    if (soname !== undefined && path !== undefined && !found.has(soname)) found.set(soname, path);
  }
  return found;
}

/** Shared libraries that this process has open and whose names match, from Linux's list of its memory. */
export function parseMaps(text: string, pattern: RegExp): readonly string[] {
  const paths = text.split('\n').map((line) => /\s(\/.*\.so[.\d]*)( \(deleted\))?$/.exec(line)?.[1] ?? '');
  return [...new Set(paths.filter((path) => pattern.test(path)))].sort();
}

async function loaderCache(): Promise<string> {
  for (const program of ['ldconfig', '/sbin/ldconfig', '/usr/sbin/ldconfig']) {
    const said = await run(program, ['-p'], { maxBuffer: 1 << 24 }).catch(() => null);
    if (said !== null) return said.stdout;
  }
  return '';
}

async function cudaFolders(home: string): Promise<readonly string[]> {
  const names = (await readdir(home).catch(() => [])).filter((name) => name.startsWith('cuda'));
  const parts = ['lib64', 'targets/x86_64-linux/lib', 'targets/sbsa-linux/lib', 'compat'];
  const folders = names.sort().flatMap((name) => parts.map((part) => join(home, name, part)));
  return [...folders, '/usr/lib/wsl/lib'].filter((folder) => existsSync(folder));
}
