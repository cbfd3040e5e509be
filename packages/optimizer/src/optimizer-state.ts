import type { Optimizer, serialization, Tensor, Variable } from '@tensorflow/tfjs-core';
import { tidy, variable as createVariable } from '@tensorflow/tfjs-core';
import { learningRateOf, setIterations, setLearningRateOf } from './inner-optimizer.ts';
import type { MomentSlot } from './moment-state.ts';
import { momentStates } from './moment-state.ts';

/** A variable that an optimizer keeps beside a weight. */
export interface OptimizerSlot {
  /** The optimizer's list that it is in, under tfjs's name of the field; `first` and `second` for AdamW and LAMB. */
  readonly list: string;
  /** Its place there, which is that of the weight in the list of gradients. */
  readonly index: number;
  /** As in saved models: the name of the weight, `/`, and the name of the slot. */
  readonly originalName: string;
  readonly variable: Variable;
}

/** All of an optimizer that training moves. The variables are its own: read them, do not assign or dispose them. */
export interface OptimizerState {
  readonly className: string;
  readonly config: serialization.ConfigDict;
  /** Steps taken; under loss scaling, those that the host takes for applied. */
  readonly iterations: number;
  readonly learningRate: number | undefined;
  readonly slots: readonly OptimizerSlot[];
  /** Variables that belong to no weight, such as powers of beta, by the name of the field. */
  readonly powers: readonly { readonly name: string; readonly variable: Variable }[];
}

/** What {@link setOptimizerState} puts into an optimizer; the tensors stay the caller's. */
export interface SavedOptimizerState {
  readonly iterations: number;
  readonly learningRate?: number | undefined;
  readonly slots: readonly (Omit<OptimizerSlot, 'variable'> & { readonly value: Tensor })[];
  readonly powers: readonly { readonly name: string; readonly value: Tensor }[];
}

/** A slot as tfjs keeps it. */
interface SlotRecord {
  readonly originalName: string;
  readonly variable: Variable;
}

/**
 * All of an optimizer that training moves, exactly.
 *
 * `getWeights()` leaves out the powers of beta, which `setWeights` computes anew with other rounding, and where in its lists a slot
 * is. This gives every slot with its place and every power, so that a run can go on bit for bit.
 *
 * Pure and synchronous; reads no tensor.
 *
 * @param optimizer - one of tfjs's or of this package, or of a class that keeps its slots as they do; of a wrapper, its `inner`
 * @returns a view: the variables are the optimizer's
 *
 * @example
 * const adam = tf.train.adam(0.5);
 * optimizerState(adam).powers.length; // 2
 */
export function optimizerState(optimizer: Optimizer): OptimizerState {
  const moments = momentStates.get(optimizer);
  const slots = moments === undefined ? slotsInFields(optimizer) : slotsOfMoments(moments.lists());
  const powers =
    moments === undefined ? powersInFields(optimizer) : moments.powers.map((power, i) => ({ name: `power${i + 1}`, variable: power }));
  return {
    className: optimizer.getClassName(),
    config: optimizer.getConfig(),
    iterations: optimizer.iterations,
    learningRate: learningRateOf(optimizer),
    slots,
    powers,
  };
}

/**
 * Puts an optimizer into a saved state: its slots, powers of beta, count of steps and learning rate.
 *
 * The other half of {@link optimizerState}. Slots that the optimizer has are replaced; powers must be those that it has.
 *
 * Synchronous; uploads nothing and does not wait. All is checked before anything is changed.
 *
 * @param optimizer - of the class that the state is from
 * @param state - `learningRate` may be left out
 * @throws RangeError if the optimizer keeps no such list or power
 *
 * @example
 * const adam = tf.train.adam(0.5);
 * setOptimizerState(adam, { iterations: 3, slots: [], powers: [{ name: 'accBeta1', value: tf.scalar(0.25) }] });
 * adam.iterations; // 3
 */
export function setOptimizerState(optimizer: Optimizer, { iterations, learningRate, slots, powers }: SavedOptimizerState): void {
  const known = new Map(optimizerState(optimizer).powers.map(({ name, variable }) => [name, variable]));
  const moments = momentStates.get(optimizer);
  const lists = moments === undefined ? listsInFields(optimizer) : ['first', 'second'];
  for (const { name } of powers) if (!known.has(name)) throw unknownPart(optimizer, name, [...known.keys()]);
  for (const { list } of slots) if (!lists.includes(list)) throw unknownPart(optimizer, list, lists);
  const made = new Map<string, SlotRecord[]>(lists.map((list) => [list, []]));
  for (const { list, index, originalName, value } of slots) {
    (made.get(list) as SlotRecord[])[index] = { originalName, variable: tidy(() => createVariable(value, false)) };
  }
  const old = optimizerState(optimizer).slots.map(({ variable }) => variable);
  if (moments === undefined) for (const [list, records] of made) Reflect.set(optimizer, list, records);
  else moments.setLists(made.get('first') as MomentSlot[], made.get('second') as MomentSlot[]);
  for (const variable of old) variable.dispose();
  for (const { name, value } of powers) (known.get(name) as Variable).assign(value);
  setIterations(optimizer, iterations);
  if (learningRate !== undefined) setLearningRateOf(optimizer, learningRate);
}

function slotsOfMoments([first, second]: readonly [readonly MomentSlot[], readonly MomentSlot[]]): OptimizerSlot[] {
  return [...listed('first', first), ...listed('second', second)];
}

function slotsInFields(optimizer: Optimizer): OptimizerSlot[] {
  return listsInFields(optimizer).flatMap((list) => listed(list, Reflect.get(optimizer, list) as readonly SlotRecord[]));
}

/** Lists may have holes: a slot is made where a weight first has a gradient. */
function listed(list: string, records: readonly (SlotRecord | undefined)[]): OptimizerSlot[] {
  return [...records].flatMap((record, index) =>
    record === undefined || record === null ? [] : [{ list, index, originalName: record.originalName, variable: record.variable }],
  );
}

/** The fields that hold slots: arrays that are empty or hold records of tfjs's kind. */
function listsInFields(optimizer: Optimizer): string[] {
  return Object.entries(optimizer)
    .filter(([name, value]) => Array.isArray(value) && (value.length === 0 ? name.startsWith('accumulat') : value.some(isSlotRecord)))
    .map(([name]) => name);
}

function powersInFields(optimizer: Optimizer): { name: string; variable: Variable }[] {
  return Object.entries(optimizer).flatMap(([name, value]: [string, unknown]) => (isVariable(value) ? [{ name, variable: value }] : []));
}

function isSlotRecord(value: unknown): value is SlotRecord {
  return typeof value === 'object' && value !== null && isVariable(Reflect.get(value, 'variable'));
}

function isVariable(value: unknown): value is Variable {
  return typeof value === 'object' && value !== null && 'dataId' in value && typeof Reflect.get(value, 'assign') === 'function';
}

function unknownPart(optimizer: Optimizer, name: string, known: readonly string[]): RangeError {
  return new RangeError(
    `[optimizer] the state must be one of ${optimizer.getClassName()}, which keeps ${known.join(', ') || 'nothing of that kind'}, got '${name}'. ` +
      'Make the optimizer of the class that the state is from.',
  );
}
