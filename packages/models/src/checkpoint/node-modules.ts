import { message } from '../files/model-file-error.ts';

/** What of Node a folder needs. */
export interface NodeFiles {
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
}

/** Node's files, imported when they are first needed: a bundle for browsers holds only these names. */
export async function nodeFiles(place: string): Promise<NodeFiles> {
  if (globalThis.process?.versions?.node === undefined) {
    throw new Error(message(`${place} needs Node`, 'a browser', "Save to 'indexeddb://name', or pass an IOHandler."));
  }
  const [fs, path] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  return { fs, path };
}

/** The code of an error of Node, or ''. */
export function errorCode(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}
