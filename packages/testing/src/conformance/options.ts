import { parseArgs } from 'node:util';

/** What the float tensors are stored in while the specs run. */
export type Mode = 'float32' | 'f16' | 'packed-f16' | 'bfloat16';

/** Which plug-in runs them; `stock` asks for the plain tfjs backend that it is measured by. */
export interface ConformanceOptions {
  readonly mode: Mode;
  readonly plugin: 'webgpu' | 'emulate' | 'node';
  /** The backend below `emulate`. */
  readonly base: 'cpu' | 'wasm';
  /** Whether `webgpu` records and fuses kernels or runs them one by one; both are held against the same lists. */
  readonly fusion: 'on' | 'off';
  readonly stock: boolean;
  /** Runs of the yardstick, to find specs that are not equal to themselves. */
  readonly runs: number;
  /** One of four seeded parts of the specs; all of them where absent. */
  readonly quarter?: 0 | 1 | 2 | 3;
  readonly filter?: string;
  readonly json: boolean;
  readonly update: boolean;
  readonly shards: number;
}

const modes = ['float32', 'f16', 'packed-f16', 'bfloat16'] as const;
const MILLISECONDS_A_DAY = 86_400_000;

/** The usage text, also the end of every error about an argument. */
export const usage: string =
  'usage: npm run conformance -- --mode float32|f16|packed-f16|bfloat16 [--plugin webgpu|emulate|node] [--base cpu|wasm] [--fusion on|off] [--stock] [--runs N] [--quarter auto|0..3] [--filter TEXT] [--shards N] [--json] [--update]';

/**
 * Reads the command line of the conformance command.
 *
 * Pure, but for the day that `--quarter auto` takes from `now`.
 *
 * @param now - milliseconds since 1970; the quarter moves on every day
 * @throws RangeError if an option has a value that it does not take
 *
 * @example
 * parseOptions(['--mode', 'f16', '--quarter', 'auto'], 0).quarter; // 0
 */
export function parseOptions(args: readonly string[], now: number): ConformanceOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      mode: { type: 'string', default: 'float32' },
      plugin: { type: 'string', default: 'webgpu' },
      base: { type: 'string', default: 'wasm' },
      fusion: { type: 'string', default: 'on' },
      stock: { type: 'boolean', default: false },
      runs: { type: 'string', default: '1' },
      quarter: { type: 'string' },
      filter: { type: 'string' },
      shards: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
    },
  });
  const mode = oneOf('mode', values.mode, modes);
  const plugin = oneOf('plugin', values.plugin, ['webgpu', 'emulate', 'node']);
  if (plugin !== 'webgpu' && mode === 'packed-f16') {
    throw new RangeError(
      `[testing] mode must be float32, f16 or bfloat16 for ${plugin}, got packed-f16. Packing is a matter of GPU storage.`,
    );
  }
  const fusion = oneOf('fusion', values.fusion, ['on', 'off']);
  if (fusion === 'off' && (plugin !== 'webgpu' || values.stock)) {
    throw new RangeError('[testing] fusion is an option of the webgpu plug-in, got off for another backend. Leave it out.');
  }
  if (fusion === 'off' && values.update) {
    throw new RangeError('[testing] update must write what the default does, got --fusion off. Leave it out.');
  }
  const part = values.quarter === 'auto' ? String(Math.floor(now / MILLISECONDS_A_DAY) % 4) : values.quarter;
  const quarter = part === undefined ? undefined : (Number(oneOf('quarter', part, ['0', '1', '2', '3'])) as 0 | 1 | 2 | 3);
  if (values.update && (quarter !== undefined || values.filter !== undefined)) {
    throw new RangeError('[testing] update must see every spec, got --quarter or --filter. Leave them out.');
  }
  return {
    mode,
    plugin,
    base: oneOf('base', values.base, ['cpu', 'wasm']),
    fusion,
    stock: values.stock,
    runs: count('runs', values.runs),
    shards: count('shards', values.shards),
    json: values.json,
    update: values.update,
    ...(quarter === undefined ? {} : { quarter }),
    ...(values.filter === undefined ? {} : { filter: values.filter }),
  };
}

function oneOf<const T extends string>(name: string, value: string, accepted: readonly T[]): T {
  const found = accepted.find((item) => item === value);
  if (found === undefined) throw new RangeError(`[testing] ${name} must be one of ${accepted.join(', ')}, got ${value}. ${usage}`);
  return found;
}

function count(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 16)
    throw new RangeError(`[testing] ${name} must be a whole number from 1 to 16, got ${value}. ${usage}`);
  return number;
}
