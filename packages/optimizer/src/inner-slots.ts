import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { FusedKind } from '@halftone/autocast';
import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  engine,
  MomentumOptimizer,
  RMSPropOptimizer,
  SGDOptimizer,
} from '@tensorflow/tfjs-core';
import { AdamWOptimizer } from './adam-w.ts';
import { LambOptimizer } from './lamb.ts';
import { momentStates } from './moment-state.ts';
import { currentPlugin } from './precision.ts';

/** What a fused step reads of an optimizer, and where it puts what it made. */
export interface InnerState {
  readonly kind: FusedKind;
  /** Its numbers now, under tfjs's names. */
  readonly rates: Readonly<Record<string, number>>;
  /** Variables of one value that move with each applied step. */
  readonly powers: readonly Variable[];
  /** The slots of the variable at this position; `undefined` where there is none yet. */
  readonly slots: (index: number) => readonly (Variable | undefined)[];
  readonly decayOf: (name: string) => number;
}

/** Private fields of tfjs's optimizers, as 4.22 has them. */
type Fields = Readonly<Record<string, unknown>>;

interface Row {
  readonly type: { readonly prototype: Optimizer };
  readonly kind: (fields: Fields) => FusedKind;
  readonly slots: (fields: Fields) => readonly string[];
  readonly powers: readonly string[];
  readonly rates: (fields: Fields) => Readonly<Record<string, number>>;
}

const numbers =
  (...names: readonly string[]) =>
  (fields: Fields): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, fields[name] as number]));

/** Of a scalar that the optimizer made at a time of its own: SGD multiplies by it, not by the number in its public field. */
const held = (tensor: unknown, otherwise: unknown): number => {
  const known = currentPlugin()?.hostScalar?.((tensor as Tensor).dataId);
  return known ?? (otherwise as number);
};
const sgdRate = ({ c, learningRate }: Fields): number => -held(c, -(learningRate as number));
const momentumRates = (fields: Fields): Record<string, number> => ({
  learningRate: sgdRate(fields),
  momentum: held(fields['m'], fields['momentum']),
});

const ROWS: readonly Row[] = [
  { type: SGDOptimizer, kind: () => 'sgd', slots: () => [], powers: [], rates: (fields) => ({ learningRate: sgdRate(fields) }) },
  {
    type: MomentumOptimizer,
    kind: ({ useNesterov }) => (useNesterov === true ? 'nesterov' : 'momentum'),
    slots: () => ['accumulations'],
    powers: [],
    rates: momentumRates,
  },
  {
    type: AdamOptimizer,
    kind: () => 'adam',
    slots: () => ['accumulatedFirstMoment', 'accumulatedSecondMoment'],
    powers: ['accBeta1', 'accBeta2'],
    rates: numbers('learningRate', 'beta1', 'beta2', 'epsilon'),
  },
  {
    type: AdamaxOptimizer,
    kind: () => 'adamax',
    slots: () => ['accumulatedFirstMoment', 'accumulatedWeightedInfNorm'],
    powers: ['accBeta1', 'iteration'],
    rates: numbers('learningRate', 'beta1', 'beta2', 'epsilon', 'decay'),
  },
  {
    type: AdagradOptimizer,
    kind: () => 'adagrad',
    slots: () => ['accumulatedGrads'],
    powers: [],
    rates: ({ learningRate }) => ({ learningRate: learningRate as number, epsilon: engine().backend.epsilon() }),
  },
  {
    type: AdadeltaOptimizer,
    kind: () => 'adadelta',
    slots: () => ['accumulatedGrads', 'accumulatedUpdates'],
    powers: [],
    rates: numbers('learningRate', 'rho', 'epsilon'),
  },
  {
    type: RMSPropOptimizer,
    kind: ({ centered }) => (centered === true ? 'rmsprop-centered' : 'rmsprop'),
    slots: ({ centered }) => ['accumulatedMeanSquares', 'accumulatedMoments', ...(centered === true ? ['accumulatedMeanGrads'] : [])],
    powers: [],
    rates: numbers('learningRate', 'decay', 'momentum', 'epsilon'),
  },
];

/**
 * Looks into an optimizer. `null` for a class that is not known, for a subclass, and for one whose step was replaced or
 * whose fields are not those of tfjs 4.22: those take their step by themselves, op by op.
 */
export function innerState(optimizer: Optimizer): InnerState | null {
  const state = ofMoments(optimizer) ?? ofTfjs(optimizer);
  return state !== null && Object.values(state.rates).every((rate) => typeof rate === 'number') ? state : null;
}

function isExactly(optimizer: Optimizer, { prototype }: Row['type']): boolean {
  return Object.getPrototypeOf(optimizer) === prototype && optimizer.applyGradients === prototype.applyGradients;
}

function ofMoments(optimizer: Optimizer): InnerState | null {
  const type = [AdamWOptimizer, LambOptimizer].find((known) => isExactly(optimizer, known));
  const state = momentStates.get(optimizer);
  if (type === undefined || state === undefined) return null;
  const { learningRate, beta1, beta2, epsilon } = optimizer as AdamWOptimizer | LambOptimizer;
  return { ...state, kind: type === AdamWOptimizer ? 'adamw' : 'lamb', rates: { learningRate, beta1, beta2, epsilon } };
}

function ofTfjs(optimizer: Optimizer): InnerState | null {
  const row = ROWS.find(({ type }) => isExactly(optimizer, type));
  if (row === undefined) return null;
  const fields = optimizer as unknown as Fields;
  const powers = row.powers.map((name) => fields[name] as Variable | undefined);
  const lists = row.slots(fields).map((name) => fields[name] as readonly ({ readonly variable?: Variable } | undefined)[] | undefined);
  if (!lists.every(Array.isArray) || powers.some((power) => power?.size !== 1)) return null;
  return {
    kind: row.kind(fields),
    rates: row.rates(fields),
    powers: powers as Variable[],
    slots: (index) => lists.map((list) => list?.[index]?.variable),
    decayOf: () => 0,
  };
}
