import { parseArgs } from 'node:util';
import { policy } from '@halftone/policy';
import type { PluginName, RunKind } from './run-spec.ts';

/** What the user asked for; absent means: as the demo thinks best. */
export interface DemoArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly open: boolean;
  readonly packed: boolean;
  readonly policy: string;
  readonly plugin?: PluginName | undefined;
  readonly data?: string | undefined;
  readonly images?: number | undefined;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly batch?: number | undefined;
  readonly seed: number;
  readonly runs: readonly RunKind[];
  readonly report?: string | undefined;
}

export const USAGE = `Trains one network three times from one seed: float32, everything in half, mixed precision.

npm start -- [options]

  --data DIR        real MNIST: a folder with its IDX files, gzip or not (default: digits that the demo draws)
  --images N        train on at most N pictures of --data
  --epochs N        passes over the pictures (default: 1 of 60 steps on drawn digits, 4 on --data)
  --steps N         training steps a run, instead of --epochs
  --batch N         pictures a step (default: 64; 32 on the emulated plug-in)
  --seed N          of the drawn digits, the first weights and the order (default: 1)
  --policy P        of the third run (default: mixed_float16): mixed_float16, mixed_bfloat16, float32, param=float32,compute=float16,output=float32
  --plugin NAME     webgpu, emulate, or node for TensorFlow through tfjs-node (default: webgpu where an adapter is found, else emulate)
  --packed          halves packed two to a word, as on a GPU without shader-f16
  --runs LIST       which runs, with commas: stock,half,mixed (default: all three)
  --json            prints one JSON object as the last line of stdout; all else goes to stderr
  --report FILE     where the HTML report is written (default: .cache/demo/report.html)
  --open            opens the report in the browser
  --help            prints this
`;

const RUNS = { stock: 'stock', half: 'everything-half', mixed: 'mixed' } as const satisfies Record<string, RunKind>;
const PLUGINS: readonly string[] = ['webgpu', 'emulate', 'node'] satisfies PluginName[];

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  open: { type: 'boolean' },
  packed: { type: 'boolean' },
  policy: { type: 'string' },
  plugin: { type: 'string' },
  data: { type: 'string' },
  images: { type: 'string' },
  epochs: { type: 'string' },
  steps: { type: 'string' },
  batch: { type: 'string' },
  seed: { type: 'string' },
  runs: { type: 'string' },
  report: { type: 'string' },
} as const;

/**
 * Reads the command line.
 *
 * @param args - what follows `npm start --`
 * @returns the wishes, checked; nothing is read from disk or from a device
 * @throws TypeError or RangeError that names the argument, what was given, and what would do
 *
 * @example
 * parseArguments(['--seed', '7', '--json']).seed; // 7
 */
export function parseArguments(args: readonly string[]): DemoArguments {
  const values = parse(args);
  if (values.steps !== undefined && values.epochs !== undefined)
    throw new TypeError('[demo] --steps and --epochs must not be given together, got both. Leave one out.');
  if (values.images !== undefined && values.data === undefined)
    throw new TypeError('[demo] --images needs --data, got none. Name the folder of MNIST, or use --steps.');
  if (values.packed === true && values.plugin === 'node')
    throw new TypeError('[demo] --packed is a matter of GPUs without shader-f16, got --plugin node too. Leave one out.');
  const chosen = values.policy ?? 'mixed_float16';
  policy(chosen); // throws with the nearest name
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    open: values.open ?? false,
    packed: values.packed ?? false,
    policy: chosen,
    plugin: values.plugin === undefined ? undefined : pluginOf(values.plugin),
    data: values.data,
    images: wholeNumber('--images', values.images, 1),
    epochs: wholeNumber('--epochs', values.epochs, 1),
    steps: wholeNumber('--steps', values.steps, 1),
    batch: wholeNumber('--batch', values.batch, 1),
    seed: wholeNumber('--seed', values.seed, 0) ?? 1,
    runs: runsOf(values.runs),
    report: values.report,
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '').replace(/\. .*$/, '') : String(cause);
    throw new TypeError(`[demo] the arguments must be those of --help, got: ${said}. Run npm start -- --help.`, { cause });
  }
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > 0xffffffff) {
    throw new RangeError(
      `[demo] ${name} must be a whole number of ${least} or more, got ${text}. Write for example ${name} ${Math.max(least, 4)}.`,
    );
  }
  return value;
}

function pluginOf(text: string): PluginName {
  if (!PLUGINS.includes(text))
    throw new RangeError(`[demo] --plugin must be webgpu, emulate or node, got ${text}. Leave it out to take the best one.`);
  return text as PluginName;
}

function runsOf(text: string | undefined): readonly RunKind[] {
  if (text === undefined) return Object.values(RUNS);
  return text.split(',').map((name) => {
    const run = Object.hasOwn(RUNS, name.trim()) ? RUNS[name.trim() as keyof typeof RUNS] : undefined;
    if (run === undefined)
      throw new RangeError(`[demo] --runs must list stock, half and mixed with commas, got ${text}. Write for example --runs stock,mixed.`);
    return run;
  });
}
