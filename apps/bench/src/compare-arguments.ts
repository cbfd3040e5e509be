import { listOf, oneOf, optionLines, readOptions, wholeNumber, type OptionTable } from './arguments.ts';
import { backendInfo, type BackendName } from './backends.ts';
import type { ModelName } from './models/model-table.ts';
import { modelNames, stepSpec } from './step-arguments.ts';
import type { StepSpec } from './step-spec.ts';

/** Who takes part in a race, and on what. */
export interface Contender {
  readonly backend: BackendName;
  readonly policy: string;
}

/** The contestants on WebGPU by the name on the command line; all others are compared with the first. */
export const contestants = {
  stock: { backend: 'webgpu', policy: 'float32' },
  float32: { backend: 'halftone-webgpu', policy: 'float32' },
  mixed_float16: { backend: 'halftone-webgpu', policy: 'mixed_float16' },
  mixed_bfloat16: { backend: 'halftone-webgpu', policy: 'mixed_bfloat16' },
  'jax-float32': { backend: 'jax-js', policy: 'float32' },
  'jax-float16': { backend: 'jax-js', policy: 'float16' },
} as const satisfies Record<string, Contender>;

/** Those inside TensorFlow. */
const tensorflowContestants = {
  stock: { backend: 'tensorflow', policy: 'float32' },
  float32: { backend: 'halftone-node', policy: 'float32' },
  mixed_float16: { backend: 'halftone-node', policy: 'mixed_float16' },
  mixed_bfloat16: { backend: 'halftone-node', policy: 'mixed_bfloat16' },
} as const satisfies Partial<Record<ContestantName, Contender>>;

/** The contestants by the backend of ours that takes part; stock of each is what stands below ours. */
export const contestantsOf: Readonly<Record<'halftone-webgpu' | 'halftone-node', Readonly<Partial<Record<ContestantName, Contender>>>>> = {
  'halftone-webgpu': contestants,
  'halftone-node': tensorflowContestants,
};

export type OurBackend = keyof typeof contestantsOf;

/** Checks `--backend` of a command that compares ours with stock. */
export function ourBackend(text: string | undefined): OurBackend {
  return oneOf('backend', text ?? 'halftone-webgpu', Object.keys(contestantsOf) as OurBackend[]);
}

export type ContestantName = keyof typeof contestants;

const names = Object.keys(contestants) as ContestantName[];

export const COMPARE_OPTIONS = {
  models: { type: 'string', value: 'LIST', says: `with commas: ${modelNames.join(',')} (default: cnn,mlp,transformer)` },
  with: {
    type: 'string',
    value: 'LIST',
    says: `with commas: ${names.join(',')} (default: all that have the model); stock is always first`,
  },
  backend: {
    type: 'string',
    value: 'B',
    says: 'halftone-webgpu, with tfjs on WebGPU as stock, or halftone-node, with tfjs-node as stock (default: halftone-webgpu)',
  },
  pairs: { type: 'string', value: 'N', says: 'rounds in which each contestant has its turn (default: 9)' },
  steps: { type: 'string', value: 'N', says: 'steps of a turn (default: 3)' },
  batch: { type: 'string', value: 'N', says: "examples a step (default: the model's)" },
  size: { type: 'string', value: 'N', says: 'pixels a side, tokens, or hidden units' },
  json: { type: 'boolean', says: 'prints one JSON object as the last line of stdout; all else goes to stderr' },
  out: { type: 'string', value: 'FILE', says: 'writes that JSON to a file too' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

export const COMPARE_USAGE = `Times contestants in turn, each in a process of its own, and compares them pair by pair with stock tfjs.

npm run bench -- compare [options]

${optionLines(COMPARE_OPTIONS)}
`;

/** What `compare` was asked for. */
export interface CompareArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly out: string | undefined;
  readonly backend: OurBackend;
  readonly pairs: number;
  readonly steps: number;
  /** Per model its contestants, stock first. */
  readonly races: readonly { readonly model: ModelName; readonly specs: readonly StepSpec[] }[];
}

/**
 * Reads the command line of `compare`.
 *
 * Pure.
 *
 * @throws TypeError or RangeError that names the option, what was given and what would do
 */
export function compareArguments(args: readonly string[]): CompareArguments {
  const typed = readOptions('compare', args, COMPARE_OPTIONS);
  const backend = ourBackend(typed.backend);
  const known = names.filter((name) => contestantsOf[backend][name] !== undefined);
  const chosen = typed.with === undefined ? known : listOf('with', typed.with, known);
  const ordered = known.filter((name) => name === 'stock' || chosen.includes(name));
  const sizes = { batch: wholeNumber('batch', typed.batch), size: wholeNumber('size', typed.size) };
  const models = typed.models === undefined ? (['cnn', 'mlp', 'transformer'] as const) : listOf('models', typed.models, modelNames);
  return {
    help: typed.help ?? false,
    json: typed.json ?? false,
    out: typed.out,
    backend,
    pairs: wholeNumber('pairs', typed.pairs) ?? 9,
    steps: wholeNumber('steps', typed.steps) ?? 3,
    races: models.map((model) => ({
      model,
      specs: ordered
        .map((name) => contestantsOf[backend][name])
        .filter((contestant) => contestant !== undefined)
        .filter((contestant) => backendInfo(contestant.backend).models?.includes(model) ?? true)
        .map((contestant) => stepSpec({ ...contestant, model, sizes })),
    })),
  };
}
