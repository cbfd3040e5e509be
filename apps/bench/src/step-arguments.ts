import { oneOf, optionLines, readOptions, wholeNumber, type OptionTable } from './arguments.ts';
import { backendInfo, backends, type BackendName } from './backends.ts';
import { models, type ModelName } from './models/model-table.ts';
import { modelOptions, type OptimizerName } from './models/model.ts';
import { optimizerNames } from './models/optimizers.ts';
import { STEPS, type StepSpec } from './step-spec.ts';

export const modelNames = Object.keys(models) as ModelName[];
export const backendNames = Object.keys(backends) as BackendName[];

export const STEP_OPTIONS = {
  model: { type: 'string', value: 'M', says: modelNames.join(', ') },
  backend: { type: 'string', value: 'B', says: `${backendNames.join(', ')} (default: halftone-webgpu)` },
  policy: {
    type: 'string',
    value: 'P',
    says: 'float32, mixed_float16, mixed_bfloat16, float16 (default: mixed_float16 on ours)',
  },
  batch: { type: 'string', value: 'N', says: "examples a step (default: the model's)" },
  size: { type: 'string', value: 'N', says: 'pixels a side, tokens, or hidden units' },
  depth: { type: 'string', value: 'N', says: 'blocks, for a model of repeated blocks' },
  seed: { type: 'string', value: 'N', says: 'of weights and data' },
  optimizer: { type: 'string', value: 'O', says: optimizerNames.join(', ') },
  steps: { type: 'string', value: 'N', says: `steps that are timed (default: ${STEPS.timed})` },
  'warm-up': { type: 'string', value: 'N', says: `steps before the first that counts (default: ${STEPS.warmUp})` },
  'count-only': { type: 'boolean', says: 'drops the dispatches and keeps everything else' },
  json: { type: 'boolean', says: 'prints one JSON object as the last line of stdout; all else goes to stderr' },
  out: { type: 'string', value: 'FILE', says: 'writes that JSON to a file too' },
  help: { type: 'boolean', says: 'prints this' },
} as const satisfies OptionTable;

export const STEP_USAGE = `Counts and times one train step of one model on one backend.

npm run bench -- step [options]

${optionLines(STEP_OPTIONS)}
`;

/** What `step` was asked for. */
export interface StepArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly out: string | undefined;
  readonly steps: number;
  readonly spec: StepSpec;
}

/**
 * Reads the command line of `step`.
 *
 * Pure.
 *
 * @throws TypeError or RangeError that names the option, what was given and what would do
 *
 * @example
 * stepArguments(['--model', 'mlp', '--backend', 'webgpu']).spec.policy; // 'float32'
 */
export function stepArguments(args: readonly string[]): StepArguments {
  const typed = readOptions('step', args, STEP_OPTIONS);
  const backend = oneOf('backend', typed.backend ?? 'halftone-webgpu', backendNames);
  const spec = stepSpec({
    model: typed.help === true ? 'cnn' : oneOf('model', required(typed.model), modelNames),
    backend,
    policy: typed.policy,
    sizes: Object.fromEntries((['batch', 'size', 'depth'] as const).map((name) => [name, wholeNumber(name, typed[name])])),
    seed: wholeNumber('seed', typed.seed, 0),
    optimizer: typed.optimizer === undefined ? undefined : (oneOf('optimizer', typed.optimizer, optimizerNames) as OptimizerName),
    countOnly: typed['count-only'] ?? false,
    warmUp: wholeNumber('warm-up', typed['warm-up'], 2),
  });
  return {
    help: typed.help ?? false,
    json: typed.json ?? false,
    out: typed.out,
    steps: wholeNumber('steps', typed.steps) ?? STEPS.timed,
    spec,
  };
}

/** Wishes for a step, checked one by one but not against each other. */
export interface StepWish {
  readonly model: ModelName;
  readonly backend: BackendName;
  readonly policy?: string | undefined;
  readonly sizes?: { readonly batch?: number | undefined; readonly size?: number | undefined; readonly depth?: number | undefined };
  readonly seed?: number | undefined;
  readonly optimizer?: OptimizerName | undefined;
  readonly countOnly?: boolean;
  readonly warmUp?: number | undefined;
}

/**
 * Completes a wish.
 *
 * Pure.
 *
 * @throws RangeError for what the backend does not have
 */
export function stepSpec(wish: StepWish): StepSpec {
  const info = backendInfo(wish.backend);
  const policy = wish.policy ?? info.defaultPolicy;
  if (!info.policies.includes(policy))
    throw new RangeError(
      `[bench] --policy must be one of ${info.policies.join(', ')} on ${wish.backend}, got ${policy}. Use --backend ${info.meter === 'tensorflow' ? 'halftone-node' : 'halftone-webgpu'} for the others.`,
    );
  if (info.models !== undefined && !info.models.includes(wish.model))
    throw new RangeError(
      `[bench] --backend ${wish.backend} has the models ${info.models.join(', ')}, got ${wish.model}. Use --backend webgpu for the others.`,
    );
  if (wish.countOnly === true && info.meter !== 'webgpu')
    throw new RangeError(`[bench] --count-only needs a backend on WebGPU, got ${wish.backend}. Use --backend webgpu.`);
  return {
    model: wish.model,
    backend: wish.backend,
    policy,
    options: modelOptions(models[wish.model], { ...wish.sizes, seed: wish.seed }),
    ...(wish.optimizer === undefined ? {} : { optimizer: wish.optimizer }),
    countOnly: wish.countOnly ?? false,
    warmUp: wish.warmUp ?? STEPS.warmUp,
    counted: STEPS.counted,
  };
}

function required(model: string | undefined): string {
  if (model === undefined) throw new TypeError(`[bench] step needs --model, got none. Write for example --model cnn.`);
  return model;
}
