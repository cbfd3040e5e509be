import { parseArgs } from 'node:util';
import type { DiagnoseOptions } from './diagnosis.ts';

/** What the command was asked. */
export interface DoctorArguments extends DiagnoseOptions {
  readonly requireGpu: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const DOCTOR_USAGE = `Says what mixed precision in Node finds on this machine, and tries it.

halftone-node-doctor [options]

  --require-gpu     exit code 2 where TensorFlow uses no GPU
  --size N          side of the matrices that are multiplied (default: 512 on a CPU, 4096 on a GPU)
  --json            prints one JSON object as the last line of stdout; the table goes to stderr
  --help            prints this

Exit code: 0 all is well, 1 something is broken, 2 no GPU where one is required.
`;

const OPTIONS = {
  'require-gpu': { type: 'boolean' },
  size: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line.
 *
 * @throws TypeError or RangeError that names the argument and what would do
 */
export function parseDoctorArguments(args: readonly string[]): DoctorArguments {
  const values = parse(args);
  const size = wholeNumber('--size', values.size);
  return {
    requireGpu: values['require-gpu'] ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
    ...(size === undefined ? {} : { size }),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw unknownArguments(cause);
  }
}

/** The error for arguments that are not in the usage text. */
export function unknownArguments(cause: unknown): TypeError {
  const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/\. .*$/, '') : String(cause);
  return new TypeError(`[node] the arguments must be those of --help, got: ${said}. Run it with --help.`, { cause });
}

/** A whole number of 1 or more, or undefined where none was given. */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= 65_536) return value;
  throw new RangeError(`[node] ${name} must be a whole number from 1 to 65536, got ${text}. Write for example ${name} 64.`);
}
