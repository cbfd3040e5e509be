import { message } from './model-file-error.ts';

/** What of Node a folder needs. */
export interface NodeFiles {
  readonly files: typeof import('node:fs');
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
  readonly os: typeof import('node:os');
}

/** Node's modules, asked of Node itself when they are first needed: a bundle for browsers holds no import of them. */
export async function nodeFiles(place: string): Promise<NodeFiles> {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined) {
    throw new Error(
      message(`${place} needs Node from 20.16`, 'something else', "In a browser save to 'indexeddb://name', or pass an IOHandler."),
    );
  }
  return { files: builtin('node:fs'), fs: builtin('node:fs/promises'), path: builtin('node:path'), os: builtin('node:os') };
}

/** The code of an error of Node, or ''. */
export function errorCode(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}
