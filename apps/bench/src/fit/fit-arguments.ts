import { listOf, optionLines, readOptions, wholeNumber, type OptionTable } from '../arguments.ts';
import { contestants, type ContestantName } from '../compare-arguments.ts';
import { models, type ModelName } from '../models/model-table.ts';
import { modelNames } from '../step-arguments.ts';
import type { Dimension } from './fit-probe.ts';

const CONTESTANTS: readonly ContestantName[] = ['stock', 'float32', 'mixed_float16', 'mixed_bfloat16'];
const DIMENSIONS: readonly Dimension[] = ['batch', 'depth'];

const OPTIONS = {
  budget: { type: 'string', value: 'BYTES', says: 'cap on the bytes of the device: 512MiB, 2GiB, 600000000 (default: 512MiB)' },
  model: { type: 'string', value: 'LIST', says: `with commas: ${modelNames.join(',')} (default: unet,transformer,resnet50)` },
  with: { type: 'string', value: 'LIST', says: `with commas: ${CONTESTANTS.join(',')} (default: stock,float32,mixed_float16)` },
  what: {
    type: 'string',
    value: 'LIST',
    says: 'batch,depth: what is to be as large as it can be (default: both, depth where a model has one)',
  },
  batch: { type: 'string', value: 'N', says: "examples a step in the search for the depth (default: four times the model's)" },
  size: { type: 'string', value: 'N', says: 'pixels a side, tokens, or hidden units' },
  'count-only': { type: 'boolean', says: 'trains nothing for real: without it two steps are trained at the sizes that were found' },
  json: { type: 'boolean', says: 'prints one JSON object as the last line of stdout; all else goes to stderr' },
  out: { type: 'string', value: 'FILE', says: 'writes that JSON to a file too' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

export const FIT_USAGE = `Finds the largest batch, and the deepest model, that trains under a cap of device bytes: float32, ours and stock, against mixed.

npm run bench -- fit [options]

${optionLines(OPTIONS)}

Sizes are searched without computing, each in a process of its own. Ours run with \`maxBytes\`, so the plug-in refuses what does
not fit; stock tfjs has no cap, so the meter judges by its peak.
`;

/** What `fit` was asked for. */
export interface FitArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly out: string | undefined;
  readonly budget: number;
  readonly countOnly: boolean;
  readonly contestants: readonly ContestantName[];
  /** Per search a model and what grows. */
  readonly searches: readonly { readonly model: ModelName; readonly dimension: Dimension }[];
  readonly batch: number | undefined;
  readonly size: number | undefined;
}

/**
 * Reads the command line of `fit`.
 *
 * Pure.
 *
 * @throws TypeError or RangeError that names the option, what was given and what would do
 */
export function fitArguments(args: readonly string[]): FitArguments {
  const typed = readOptions('fit', args, OPTIONS);
  const names = typed.model === undefined ? (['unet', 'transformer', 'resnet50'] as const) : listOf('model', typed.model, modelNames);
  const dimensions = typed.what === undefined ? DIMENSIONS : listOf('what', typed.what, DIMENSIONS);
  const searches = names.flatMap((model) =>
    dimensions.filter((dimension) => dimension === 'batch' || models[model].defaults.depth > 0).map((dimension) => ({ model, dimension })),
  );
  if (searches.length === 0)
    throw new RangeError(
      `[bench] --what depth needs a model of repeated blocks, got ${names.join(', ')}. Use --model unet or transformer.`,
    );
  const chosen = typed.with === undefined ? CONTESTANTS.slice(0, 3) : listOf('with', typed.with, CONTESTANTS);
  return {
    help: typed.help ?? false,
    json: typed.json ?? false,
    out: typed.out,
    budget: byteCount('budget', typed.budget ?? '512MiB'),
    countOnly: typed['count-only'] ?? false,
    contestants: CONTESTANTS.filter((name) => chosen.includes(name) && name in contestants),
    searches,
    batch: wholeNumber('batch', typed.batch),
    size: wholeNumber('size', typed.size),
  };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * Reads a number of bytes with its unit.
 *
 * Pure.
 *
 * @throws RangeError that names the option and what was given
 *
 * @example
 * byteCount('budget', '512MiB'); // 536870912
 */
export function byteCount(option: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? 0) : 0));
  if (bytes >= 1) return bytes;
  throw new RangeError(`[bench] --${option} must be a number of bytes, got ${text}. Write for example --${option} 512MiB.`);
}
