import type { Refusals } from './cannot-cross.ts';
import { isKerasObject, isRecord, kerasObject, showValue } from './keras-object.ts';

/** Activations: name in tfjs (its JSON) to name in Keras 3, or to a function that Python registers. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  gelu_new: 'halftone>gelu_new', // gelu with approximate=True
  hard_sigmoid: 'halftone>hard_sigmoid', // clip(0.2 x + 0.5, 0, 1); Keras 3 has the slope 1/6 under this name
  linear: 'linear',
  log_softmax: 'log_softmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'silu',
  tanh: 'tanh',
};

/** Initializers, regularizers and constraints with the arguments that both sides have. `null` stands for none. */
const OBJECTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  initializers: {
    Zeros: [],
    Ones: [],
    Constant: ['value'],
    RandomUniform: ['minval', 'maxval', 'seed'],
    RandomNormal: ['mean', 'stddev', 'seed'],
    TruncatedNormal: ['mean', 'stddev', 'seed'],
    Identity: ['gain'],
    Orthogonal: ['gain', 'seed'],
    VarianceScaling: ['scale', 'mode', 'distribution', 'seed'],
    GlorotUniform: ['seed'],
    GlorotNormal: ['seed'],
    HeUniform: ['seed'],
    HeNormal: ['seed'],
    LecunUniform: ['seed'],
    LecunNormal: ['seed'],
  },
  regularizers: { L1L2: ['l1', 'l2'], L1: ['l1'], L2: ['l2'] },
  constraints: { MaxNorm: ['max_value', 'axis'], UnitNorm: ['axis'], NonNeg: [], MinMaxNorm: ['min_value', 'max_value', 'axis', 'rate'] },
};

/** Classes that tfjs and Keras spell differently. */
const TFJS_NAMES: Readonly<Record<string, string>> = { LecunUniform: 'LeCunUniform', LecunNormal: 'LeCunNormal' };
/** Arguments of Keras that change nothing while they are null. */
const NULL_IN_TFJS = ['input_axes', 'output_axes'] as const;

/** Where a value is, for messages. */
export interface Place {
  readonly layer: string;
  readonly argument: string;
  readonly refused: Refusals;
}

type Direction = 'toKeras' | 'fromKeras';

/** The value of one argument on the other side: activations and objects by their name, everything else as it is. */
export function crossValue(value: unknown, place: Place, direction: Direction): unknown {
  const { argument } = place;
  if (argument === 'activation' || argument === 'recurrent_activation') return crossActivation(value, place, direction);
  if (argument === 'padding' && value === 'causal') return refuse(value, place); // tfjs has the word and not the maths
  const kind = /_(initializer|regularizer|constraint)$/.exec(argument)?.[1];
  return kind === undefined ? value : crossObject(value, { ...place, kind: `${kind}s` }, direction);
}

function crossActivation(value: unknown, place: Place, direction: Direction): unknown {
  if (value === null || value === undefined) return 'linear';
  if (direction === 'toKeras') {
    const name = typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value) ? ACTIVATIONS[value] : undefined;
    if (name === undefined) return refuse(value, place);
    return name.startsWith('halftone>') ? { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' } : name;
  }
  const name = isRecord(value) && value['class_name'] === 'function' ? value['config'] : value;
  const found = Object.entries(ACTIVATIONS).find(([tfjs, keras]) => keras === name && tfjs !== 'gelu_new'); // tfjs 4.22 cannot load its own
  return found === undefined ? refuse(name, place) : found[0];
}

function crossObject(value: unknown, place: Place & { readonly kind: string }, direction: Direction): unknown {
  if (value === null || value === undefined) return null;
  const { kind } = place;
  if (!isKerasObject(value)) return refuse(value, place);
  const table = OBJECTS[kind] ?? {};
  const name = direction === 'toKeras' ? (tfjsToKeras(value.class_name) ?? value.class_name) : value.class_name;
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  if (known === undefined) return refuse(value, place);
  const config: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value.config)) {
    if (known.includes(key)) config[key] = key === 'distribution' ? crossDistribution(given, place, direction) : given;
    else if (!(given === null && NULL_IN_TFJS.some((known) => known === key))) refuse(`${name} with ${key}`, place);
  }
  if (direction === 'toKeras') return kerasObject(`keras.${kind}`, name, config);
  if (name === 'L1' || name === 'L2') return { class_name: 'L1L2', config: { l1: 0, l2: 0, ...config } };
  return { class_name: TFJS_NAMES[name] ?? name, config };
}

function tfjsToKeras(name: string): string | undefined {
  return Object.entries(TFJS_NAMES).find(([, tfjs]) => tfjs === name)?.[0];
}

/** What tfjs calls normal is cut off at two deviations, which Keras 3 says in words. */
function crossDistribution(value: unknown, place: Place, direction: Direction): unknown {
  if (value === 'uniform') return value;
  if (direction === 'toKeras' && (value === 'normal' || value === 'truncated_normal')) return 'truncated_normal';
  if (direction === 'fromKeras' && value === 'truncated_normal') return 'normal';
  return refuse(`the distribution ${showValue(value)}`, place);
}

function refuse(value: unknown, { layer, argument, refused }: Place): null {
  refused.add(`${argument} ${typeof value === 'string' ? value : showValue(value)} of ${layer}`);
  return null;
}
