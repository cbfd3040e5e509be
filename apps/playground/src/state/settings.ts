/** What can be trained; `batch` and `steps` are what is offered with it. */
export const MODELS = {
  cnn: { title: 'CNN: a small convolutional network', data: ['digits', 'images'], batch: 32, steps: 60 },
  unet: { title: 'U-Net: finds membranes in pictures', data: ['membranes'], batch: 4, steps: 40 },
  transformer: { title: 'Transformer: writes the next character', data: ['text'], batch: 8, steps: 80 },
} as const satisfies Record<string, { title: string; data: readonly string[]; batch: number; steps: number }>;

/** What there is to learn from; all of it is made or read in the visitor's browser. */
export const DATA = {
  digits: 'Digits, drawn by this page',
  images: 'Your own images, a folder for each class',
  membranes: 'Tissue, drawn by this page',
  text: 'A play, made up by this page',
} as const satisfies Record<string, string>;

/** Policies by the names that users know. */
export const POLICIES = {
  mixed_float16: 'mixed_float16',
  mixed_bfloat16: 'mixed_bfloat16',
  float32: 'float32',
} as const satisfies Record<string, string>;

/** Optimizers with the learning rate that is offered with each. */
export const OPTIMIZERS = {
  adam: { title: 'Adam', learningRate: 0.002 },
  adamW: { title: 'AdamW', learningRate: 0.002 },
  sgd: { title: 'SGD', learningRate: 0.1 },
  momentum: { title: 'SGD with momentum 0.9', learningRate: 0.02 },
} as const satisfies Record<string, { title: string; learningRate: number }>;

/** Kinds of loss scale with the scale that is offered with each. */
export const LOSS_SCALES = {
  dynamic: { title: 'dynamic: halves after an overflow, grows again', scale: 65_536 },
  static: { title: 'static: one number', scale: 1024 },
  none: { title: 'none', scale: 1 },
} as const satisfies Record<string, { title: string; scale: number }>;

export type ModelName = keyof typeof MODELS;
export type DataName = keyof typeof DATA;
export type PolicyName = keyof typeof POLICIES;
export type OptimizerName = keyof typeof OPTIMIZERS;
export type LossScaleName = keyof typeof LOSS_SCALES;

/** All that decides a training; plain data. */
export interface Settings {
  readonly model: ModelName;
  readonly data: DataName;
  readonly policy: PolicyName;
  /** Whether a float32 run is trained beside, from the same seed. */
  readonly compare: 'yes' | 'no';
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly lossScale: LossScaleName;
  /** The first scale of a dynamic one, the scale of a static one. */
  readonly scale: number;
  readonly seed: number;
  readonly steps: number;
  /** Steps from one checkpoint to the next. */
  readonly saveEvery: number;
}

/** A setting that is one of a few words. */
export interface ChoiceField {
  readonly kind: 'choice';
  readonly label: string;
  readonly hint?: string;
  readonly choices: Readonly<Record<string, string>>;
}

/** A setting that is a number within bounds. */
export interface NumberField {
  readonly kind: 'number';
  readonly label: string;
  readonly hint?: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

const titles = <Name extends string>(table: Readonly<Record<Name, { readonly title: string }>>): Record<Name, string> =>
  Object.fromEntries(Object.entries<{ readonly title: string }>(table).map(([name, { title }]) => [name, title])) as Record<Name, string>;

/** Every setting, in the order of the form; the name is also that in the query string. */
export const FIELDS = {
  model: { kind: 'choice', label: 'Model', choices: titles(MODELS) },
  data: { kind: 'choice', label: 'Data', choices: DATA },
  policy: { kind: 'choice', label: 'Policy', choices: POLICIES, hint: 'what is computed and stored in 16 bits' },
  compare: { kind: 'choice', label: 'Compare with', choices: { yes: 'float32, from the same seed', no: 'nothing' } },
  lossScale: { kind: 'choice', label: 'Loss scale', choices: titles(LOSS_SCALES) },
  scale: { kind: 'number', label: 'Scale', hint: 'the first one, if dynamic', min: 2 ** -14, max: 2 ** 24, whole: false },
  optimizer: { kind: 'choice', label: 'Optimizer', choices: titles(OPTIMIZERS) },
  learningRate: { kind: 'number', label: 'Learning rate', min: 1e-6, max: 10, whole: false },
  batch: { kind: 'number', label: 'Batch', hint: 'examples a step', min: 1, max: 256, whole: true },
  steps: { kind: 'number', label: 'Steps', min: 1, max: 5000, whole: true },
  saveEvery: { kind: 'number', label: 'Checkpoint every', hint: 'steps', min: 1, max: 5000, whole: true },
  seed: { kind: 'number', label: 'Seed', min: 0, max: 2 ** 32 - 1, whole: true },
} as const satisfies Record<keyof Settings, ChoiceField | NumberField>;

export type SettingName = keyof Settings;

/** The names of all settings, those first on which others depend. */
export const SETTING_NAMES = Object.keys(FIELDS) as readonly SettingName[];

/** What decides the defaults of the rest. */
export type Deciding = Partial<Pick<Settings, 'model' | 'policy' | 'optimizer' | 'lossScale'>>;

/**
 * The settings that are offered with a model, a policy, an optimizer and a kind of loss scale.
 *
 * Pure.
 *
 * @param given - what is decided already; the CNN in mixed_float16 with Adam unless set
 *
 * @example
 * defaultSettings().lossScale; // 'dynamic'
 */
export function defaultSettings(given: Deciding = {}): Settings {
  const { model = 'cnn', policy = 'mixed_float16', optimizer = 'adam' } = given;
  const lossScale = given.lossScale ?? (policy === 'mixed_float16' ? 'dynamic' : 'none'); // bfloat16 and float32 have the range
  const { data, batch, steps } = MODELS[model];
  return {
    model,
    data: data[0],
    policy,
    compare: 'yes',
    batch,
    optimizer,
    learningRate: OPTIMIZERS[optimizer].learningRate,
    lossScale,
    scale: LOSS_SCALES[lossScale].scale,
    seed: 1,
    steps,
    saveEvery: 20,
  };
}

/**
 * Settings with one of them changed, and with it what it decides: the optimizer brings its learning rate, the model its data.
 *
 * Pure.
 *
 * @example
 * changedSettings(defaultSettings(), 'optimizer', 'sgd').learningRate; // 0.1
 */
export function changedSettings<Name extends SettingName>(settings: Settings, name: Name, value: Settings[Name]): Settings {
  const changed = { ...settings, [name]: value };
  const { model, policy, optimizer } = changed;
  const fresh = defaultSettings(name === 'policy' ? { model, policy, optimizer } : changed); // a policy brings its loss scale
  const follows = FOLLOWERS[name] ?? [];
  return { ...changed, ...Object.fromEntries(follows.map((other) => [other, fresh[other]])) };
}

const FOLLOWERS: Readonly<Partial<Record<SettingName, readonly SettingName[]>>> = {
  model: ['data', 'batch', 'steps'],
  policy: ['lossScale', 'scale'],
  optimizer: ['learningRate'],
  lossScale: ['scale'],
};

/** The policies that are trained, the yardstick first. Pure. */
export function runsOf({ policy, compare }: Pick<Settings, 'policy' | 'compare'>): readonly PolicyName[] {
  return policy === 'float32' || compare === 'no' ? [policy] : ['float32', policy];
}

/** The kind of loss scale that a run has: the float32 run beside another is plain, as a yardstick is. Pure. */
export function lossScaleOf(policy: PolicyName, settings: Pick<Settings, 'policy' | 'lossScale'>): LossScaleName {
  return policy === settings.policy ? settings.lossScale : 'none';
}
