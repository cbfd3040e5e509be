import type { FusedKind } from '@halftone/autocast';
import type { Maths } from './tape-maths.ts';

type Rates = Readonly<Record<string, number>>;

/** What the formula of one kind works with: held handles, and the optimizer's numbers as scalars. */
export interface FormulaInputs {
  readonly maths: Maths;
  /** A float32 scalar of a number, held. */
  readonly number: (value: number) => number;
  readonly hold: (id: number) => number;
  readonly rates: Rates;
  readonly gradient: number;
  readonly value: number;
  readonly slots: readonly number[];
  readonly decay: number;
  /** What the powers give: {1 - beta1^t, 1 - beta2^t}, or {rate} for adamax. */
  readonly rooms: readonly number[];
  readonly rank: number;
}

/** New value and slots, none of them selected yet. */
export interface Moved {
  readonly value: number;
  readonly slots: readonly number[];
}

/** How an optimizer's one-element tensors move, and what they give to the updates. */
export type PowerRule = 'none' | 'moments' | 'adamax';

interface Formula {
  readonly powers: PowerRule;
  readonly move: (inputs: FormulaInputs) => Moved;
}

const rate = (rates: Rates, name: string): number => rates[name] ?? 0;

/** x ← x · keep + y · (1 − keep), with the difference rounded once, as tfjs has it. */
function average({ maths, number, hold }: FormulaInputs, { x, y, keep }: Readonly<Record<'x' | 'y' | 'keep', number>>): number {
  return hold(maths.add(maths.mul(x, number(keep)), maths.mul(y, number(1 - keep))));
}

/** value + change · −learningRate */
function stepped({ maths, number, rates, value }: FormulaInputs, change: number): number {
  return maths.add(maths.mul(change, number(-rate(rates, 'learningRate'))), value);
}

/** Both moments, and Adam's step before the learning rate. */
function moments(inputs: FormulaInputs): { readonly slots: readonly [number, number]; readonly direction: number } {
  const { maths, number, rates, gradient, rooms } = inputs;
  const [a, b] = inputs.slots as [number, number];
  const [room1, room2] = rooms as [number, number];
  const first = average(inputs, { x: a, y: gradient, keep: rate(rates, 'beta1') });
  const second = average(inputs, { x: b, y: maths.square(gradient), keep: rate(rates, 'beta2') });
  const root = maths.add(maths.sqrt(maths.div(second, room2)), number(rate(rates, 'epsilon')));
  return { slots: [first, second], direction: maths.div(maths.div(first, room1), root) };
}

function momentum(inputs: FormulaInputs, isNesterov: 'nesterov' | 'plain'): Moved {
  const { maths, number, hold, rates, gradient } = inputs;
  const factor = number(rate(rates, 'momentum'));
  const a = hold(maths.add(maths.mul(factor, inputs.slots[0] as number), gradient));
  const change = isNesterov === 'nesterov' ? maths.add(gradient, maths.mul(a, factor)) : a;
  return { value: stepped(inputs, change), slots: [a] };
}

function rmsprop(inputs: FormulaInputs, kind: 'centered' | 'plain'): Moved {
  const { maths, number, hold, rates, gradient, value } = inputs;
  const [a, b, c] = inputs.slots as [number, number, number | undefined];
  const keep = rate(rates, 'decay');
  const epsilon = number(rate(rates, 'epsilon'));
  const squares = average(inputs, { x: a, y: maths.square(gradient), keep });
  const mean = kind === 'centered' ? average(inputs, { x: c as number, y: gradient, keep }) : null;
  const under = mean === null ? maths.add(squares, epsilon) : maths.sub(squares, maths.add(maths.square(mean), epsilon));
  const contribution = maths.div(maths.mul(gradient, number(rate(rates, 'learningRate'))), maths.sqrt(under));
  const moved = hold(maths.add(maths.mul(b, number(rate(rates, 'momentum'))), contribution));
  return { value: maths.sub(value, moved), slots: mean === null ? [squares, moved] : [squares, moved, mean] };
}

/** ‖value‖ / ‖step‖, or 1 where either is 0. */
function trustRatio({ maths, number, hold, value, rank }: FormulaInputs, step: number): number {
  const weight = hold(maths.sqrt(maths.over('Sum', maths.square(value), rank)));
  const length = hold(maths.sqrt(maths.over('Sum', maths.square(step), rank)));
  const ratio = maths.div(weight, maths.maximum(length, number(2 ** -126)));
  return maths.select(maths.greater(maths.minimum(weight, length), number(0)), ratio, number(1));
}

/**
 * The formulas of tfjs 4.22 and of @halftone/optimizer, in their order of operations, so that a step gives the same bits as
 * op by op. Each takes a tensor of any shape: one variable, or many as one vector.
 */
export const FORMULAS: Readonly<Record<FusedKind, Formula>> = {
  sgd: { powers: 'none', move: (inputs) => ({ value: stepped(inputs, inputs.gradient), slots: [] }) },
  momentum: { powers: 'none', move: (inputs) => momentum(inputs, 'plain') },
  nesterov: { powers: 'none', move: (inputs) => momentum(inputs, 'nesterov') },
  adam: {
    powers: 'moments',
    move: (inputs) => {
      const { slots, direction } = moments(inputs);
      return { value: stepped(inputs, direction), slots };
    },
  },
  adamw: {
    powers: 'moments',
    move: (inputs) => {
      const { slots, direction } = moments(inputs);
      const { maths, number, rates, value, decay } = inputs;
      const learningRate = rate(rates, 'learningRate');
      return { value: maths.add(maths.mul(direction, number(-learningRate)), maths.mul(value, number(1 - learningRate * decay))), slots };
    },
  },
  adamax: {
    powers: 'adamax',
    move: (inputs) => {
      const { maths, number, hold, rates, gradient, value, rooms } = inputs;
      const [a, b] = inputs.slots as [number, number];
      const first = average(inputs, { x: a, y: gradient, keep: rate(rates, 'beta1') });
      const largest = hold(maths.maximum(maths.mul(b, number(rate(rates, 'beta2'))), maths.abs(gradient)));
      const change = maths.div(first, maths.add(largest, number(rate(rates, 'epsilon'))));
      return { value: maths.add(maths.mul(rooms[0] as number, change), value), slots: [first, largest] };
    },
  },
  adagrad: {
    powers: 'none',
    move: (inputs) => {
      const { maths, number, hold, rates, gradient } = inputs;
      const squares = hold(maths.add(inputs.slots[0] as number, maths.square(gradient)));
      const root = maths.sqrt(maths.add(squares, number(rate(rates, 'epsilon'))));
      return { value: stepped(inputs, maths.div(gradient, root)), slots: [squares] };
    },
  },
  adadelta: {
    powers: 'none',
    move: (inputs) => {
      const { maths, number, hold, rates, gradient } = inputs;
      const [a, b] = inputs.slots as [number, number];
      const [keep, epsilon] = [rate(rates, 'rho'), number(rate(rates, 'epsilon'))];
      const squares = average(inputs, { x: a, y: maths.square(gradient), keep });
      const ratio = maths.div(maths.sqrt(maths.add(b, epsilon)), maths.sqrt(maths.add(a, epsilon)));
      const change = hold(maths.mul(ratio, gradient));
      const changes = average(inputs, { x: b, y: maths.square(change), keep });
      return { value: stepped(inputs, change), slots: [squares, changes] };
    },
  },
  rmsprop: { powers: 'none', move: (inputs) => rmsprop(inputs, 'plain') },
  'rmsprop-centered': { powers: 'none', move: (inputs) => rmsprop(inputs, 'centered') },
  lamb: {
    powers: 'moments',
    move: (inputs) => {
      const { slots, direction } = moments(inputs);
      const { maths, number, hold, rates, value, decay } = inputs;
      const step = hold(decay === 0 ? direction : maths.add(direction, maths.mul(value, number(decay))));
      const length = maths.mul(trustRatio(inputs, step), number(rate(rates, 'learningRate')));
      return { value: maths.sub(value, maths.mul(length, step)), slots };
    },
  },
};

/** The kinds, in a fixed order. */
export const KINDS: readonly FusedKind[] = Object.keys(FORMULAS) as FusedKind[];
