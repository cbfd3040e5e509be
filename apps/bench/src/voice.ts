import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { resultsFolder } from './folders.ts';

/** Where a command talks: for people, and for programs. */
export interface Voice {
  /** For people: stdout, or stderr beside `--json`. */
  readonly say: (text: string) => void;
  /** For programs: the last line of stdout with `--json`, and the file of `--out`. */
  readonly answer: (result: object) => void;
}

/** Makes the voice of a command. */
export function voiceOf({ json, out }: { readonly json: boolean; readonly out: string | undefined }): Voice {
  const people = json ? process.stderr : process.stdout;
  return {
    say: (text) => void people.write(`${text}\n`),
    answer(result) {
      const text = JSON.stringify(result);
      if (out !== undefined) writeText(resolve(out), `${text}\n`);
      if (json) process.stdout.write(`${text}\n`);
    },
  };
}

/** Leaves a result where `bench write` finds it. */
export function keepResult(name: string, result: object): void {
  writeText(join(resultsFolder(), `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes a file and the folders above it. */
export function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
