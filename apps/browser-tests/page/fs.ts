import { askNode } from './ask-node.ts';

/** Node's `readFileSync` on the machine that serves the page; waits for it without letting anything else run, as in Node. */
export function readFileSync(file: string | URL, encoding?: 'utf8'): Uint8Array<ArrayBuffer> | string {
  const bytes = askNode('file', new TextEncoder().encode(pathOf(file)));
  return encoding === undefined ? bytes : new TextDecoder().decode(bytes);
}

/** There is no file that a test in a page may look for, but those that it reads. */
export const existsSync = (): boolean => false;

const refuse = (name: string) => (): never => {
  throw new Error(`[browser-tests] a page writes no files, got ${name}(). Leave the file out in src/excluded-files.mjs.`);
};
export const mkdirSync: () => never = refuse('mkdirSync');
export const rmSync: () => never = refuse('rmSync');
export const writeFileSync: () => never = refuse('writeFileSync');

function pathOf(file: string | URL): string {
  return new URL(file, location.href).pathname;
}
