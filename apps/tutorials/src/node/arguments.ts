import { parseArgs } from 'node:util';
import type { Length, PluginName } from '../lesson.ts';

/** What the user asked for; absent means: as the command thinks best. */
export interface TutorialArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly writePages: boolean;
  readonly checkPages: boolean;
  /** Of the program; absent where none was named. */
  readonly name?: string | undefined;
  readonly length: Length;
  readonly plugin?: PluginName | undefined;
  readonly data?: string | undefined;
  readonly picture?: string | undefined;
  readonly seed: number;
}

export const USAGE = `Runs a tutorial's program and prints the table that its page ends with.

npm run tutorials -- NAME [options]
npm run tutorials                    lists the names

  --length L       glance (seconds, drawn data), short (under half a minute) or full (minutes); default: short
  --plugin P       webgpu, emulate, or node for TensorFlow through tfjs-node; default: webgpu where an adapter is found, else emulate
  --data D         drawn, or a folder with mnist, membrane, tinyshakespeare; default: that of HALFTONE_SHARED, else drawn
  --seed N         of the first weights, the drawn data and the order (default: 1)
  --json           prints one JSON object as the last line of stdout; all else goes to stderr
  --picture FILE   writes the picture as SVG
  --write-pages    puts programs and findings into docs/tutorials
  --check-pages    fails where docs/tutorials shows other programs or findings
  --help           prints this
`;

const LENGTHS: readonly string[] = ['glance', 'short', 'full'] satisfies Length[];
const PLUGINS: readonly string[] = ['webgpu', 'emulate', 'node'] satisfies PluginName[];

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  'write-pages': { type: 'boolean' },
  'check-pages': { type: 'boolean' },
  length: { type: 'string' },
  plugin: { type: 'string' },
  data: { type: 'string' },
  picture: { type: 'string' },
  seed: { type: 'string' },
} as const;

/**
 * Reads the command line.
 *
 * Pure.
 *
 * @param args - what follows `npm run tutorials --`
 * @throws TypeError or RangeError that names the argument, what was given, and what would do
 *
 * @example
 * parseArguments(['three-lines', '--seed', '7']).seed; // 7
 */
export function parseArguments(args: readonly string[]): TutorialArguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1)
    throw new TypeError(`[tutorials] one tutorial is run at a time, got ${positionals.join(' ')}. Leave out all but one.`);
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    writePages: values['write-pages'] ?? false,
    checkPages: values['check-pages'] ?? false,
    name: positionals[0],
    length: oneOf<Length>('--length', values.length, LENGTHS) ?? 'short',
    plugin: oneOf<PluginName>('--plugin', values.plugin, PLUGINS),
    data: values.data,
    picture: values.picture,
    seed: seedOf(values.seed),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/\. .*$/, '') : String(cause);
    throw new TypeError(`[tutorials] the arguments must be those of --help, got: ${said}. Run npm run tutorials -- --help.`, { cause });
  }
}

function oneOf<T extends string>(name: string, text: string | undefined, known: readonly string[]): T | undefined {
  if (text !== undefined && !known.includes(text))
    throw new RangeError(`[tutorials] ${name} must be ${known.join(', ')}, got ${text}. Leave it out to take what is usual.`);
  return text as T | undefined;
}

function seedOf(text: string | undefined): number {
  const value = Number(text ?? 1);
  if (text?.trim() === '' || !Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new RangeError(`[tutorials] --seed must be a whole number from 0 to 2^32 - 1, got ${text}. Write for example --seed 4.`);
  return value;
}
