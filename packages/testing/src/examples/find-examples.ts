import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** One example and where it stands. */
export interface Example {
  /** The file, from the folder that was searched. */
  readonly where: string;
  /** The line of the file on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

const FOUND_IN = {
  '.ts': { block: /\/\*\*[\s\S]*?\*\//g, code: /^ *\* @example[^\n]*\n([\s\S]*?)(?=\n *\* @|\n? *\*\/)/gm, margin: /^ *\* ?/gm },
  '.md': { block: /^[\s\S]*$/g, code: /^```ts\n([\s\S]*?)^```/gm, margin: /^(?!)/gm },
} as const;

/**
 * Finds the examples in the text of a file: every `@example` of a doc comment, every block of Markdown that is marked `ts`.
 *
 * Pure.
 *
 * @param text - of a `.ts` or `.md` file
 * @param where - its name, which tells the kind
 * @returns in the order of the file; none for other kinds of files
 *
 * @example
 * examplesIn('Text.\n```ts\n1 + 1\n```\n', 'README.md'); // [{ where: 'README.md', line: 3, code: '1 + 1\n' }]
 */
export function examplesIn(text: string, where: string): readonly Example[] {
  const kind = FOUND_IN[where.slice(-3) as keyof typeof FOUND_IN] as (typeof FOUND_IN)[keyof typeof FOUND_IN] | undefined;
  if (kind === undefined) return [];
  return [...text.matchAll(kind.block)].flatMap((block) =>
    [...block[0].matchAll(kind.code)].map((found) => {
      const code = found[1] ?? '';
      const start = block.index + found.index + found[0].indexOf(code);
      return { where, line: text.slice(0, start).split('\n').length, code: code.replace(kind.margin, '') };
    }),
  );
}

/**
 * Finds the examples of a package: those in its sources, tests aside, and in its README.
 *
 * Reads the files.
 *
 * @param folder - of the package, with a slash at its end
 * @returns by file, sources first
 *
 * @example
 * packageExamples(new URL('file:///no-such-folder/')); // []
 */
export function packageExamples(folder: URL): readonly Example[] {
  const sources = new URL('src/', folder);
  const names = existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: 'utf8' }) : [];
  const files = names
    .filter((name) => name.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(name))
    .map((name) => `src/${name.replaceAll('\\', '/')}`);
  const readme = existsSync(new URL('README.md', folder)) ? ['README.md'] : [];
  return [...files.sort(), ...readme].flatMap((name) => examplesIn(readFileSync(new URL(name, folder), 'utf8'), name));
}
