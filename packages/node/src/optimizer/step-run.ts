import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypes, isHalf } from '../binding/data-types.ts';
import { normFactor } from './clipping.ts';
import type { FusedStepRequest, FusedStepResult } from './contract.ts';
import type { FlatLayouts } from './flat-layout.ts';
import type { FlatTensors } from './flat-tensors.ts';
import type { PowerRule } from './formulas.ts';
import { FORMULAS } from './formulas.ts';
import type { Host } from './host.ts';
import type { Flags } from './scale-move.ts';
import { moveScale, STATE_SIZE } from './scale-move.ts';
import { Tape } from './tape.ts';
import type { Maths } from './tape-maths.ts';
import { mathsOf } from './tape-maths.ts';
import type { Unit } from './units.ts';
import { unitsOf } from './units.ts';

/** What fused steps share: the backend, and the vectors that small variables lie in. */
export interface StepHost {
  readonly host: Host;
  readonly layouts: FlatLayouts;
  readonly flats: FlatTensors;
}

/** A unit and its gradient: float32, unscaled, held. */
interface Loaded {
  readonly unit: Unit;
  readonly gradient: number;
  readonly rank: number;
}

type Results = { value: TensorInfo; slots: TensorInfo[] }[];

/**
 * One step inside TensorFlow. Nothing is changed in place: a step that is not applied, or fails halfway, leaves everything
 * as it was, and old handles keep their numbers.
 */
export class StepRun {
  readonly #with: StepHost;
  readonly #tape: Tape;
  readonly #maths: Maths;
  readonly #made: TensorInfo[] = [];

  constructor(shared: StepHost) {
    this.#with = shared;
    this.#tape = new Tape(shared.host.binding);
    this.#maths = mathsOf(this.#tape);
  }

  step(request: FusedStepRequest): FusedStepResult {
    return this.#whole(() => this.#step(request));
  }

  /** Moves a scale by flags and nothing else. */
  advance({ state, flags, rule }: { readonly state: TensorInfo; readonly flags: TensorInfo; readonly rule: Parameters<typeof moveScale>[1]['rule'] }): {
    readonly state: TensorInfo;
    readonly seed: TensorInfo;
  } {
    return this.#whole(() => {
      const told = this.#flagsIn(flags);
      return this.#moved(moveScale(this.#parts(), { state: this.#handle(state), flags: told, rule }));
    });
  }

  /** Float tensors without the scale, which the caller drops; the others as they are. */
  unscaled(tensors: readonly TensorInfo[], state: TensorInfo): TensorInfo[] {
    return this.#whole(() => {
      const inverse = this.#inverseOf(state);
      return tensors.map((tensor) =>
        tensor.dtype === 'float32' ? this.#own(this.#maths.mul(this.#wide(tensor), inverse), tensor.shape) : tensor,
      );
    });
  }

  /** All or nothing: what was made before an error goes. */
  #whole<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      for (const info of this.#made) this.#with.host.drop(info);
      throw error;
    } finally {
      this.#tape.close();
    }
  }

  #step({ kind, rates, variables, powers, clip, state, unscale, verdict }: FusedStepRequest): FusedStepResult {
    const units = unitsOf(variables, kind === 'lamb' || clip.variableNorm !== undefined ? 'apart' : 'together');
    const inverse = unscale && state !== null ? this.#inverseOf(state) : null;
    const loaded = units.map((unit) => this.#load(unit, inverse));
    const flags = this.#flags(verdict, { loaded, count: variables.length });
    const clipped = this.#clip(loaded, clip);
    const { rooms, next } = this.#powers(FORMULAS[kind].powers, { rates, powers, applied: flags?.applied ?? null });
    const results: Results = [];
    for (const each of clipped) {
      this.#move(each, { kind, rates, rooms, applied: flags?.applied ?? null, results });
      this.#tape.free(each.gradient);
    }
    const isMoved = state !== null && (verdict.by === 'check' || verdict.by === 'flags');
    const scale = isMoved
      ? this.#moved(moveScale(this.#parts(), { state: this.#handle(state), flags: flags as Flags, rule: verdict.rule }))
      : null;
    const applied = scale !== null && verdict.by === 'check' ? this.#own(this.#maths.reshape((flags as Flags).applied, [1]), [1], 'bool') : null;
    return { variables: results, powers: next, scale: scale === null ? null : { ...scale, applied } };
  }

  #parts(): { readonly tape: Tape; readonly maths: Maths } {
    return { tape: this.#tape, maths: this.#maths };
  }

  #handle({ dataId }: TensorInfo): number {
    return this.#with.host.handleOf(dataId);
  }

  #own(id: number, shape: readonly number[], dtype: 'float32' | 'bool' = 'float32'): TensorInfo {
    const info = this.#with.host.own(this.#tape.take(id), shape, dtype);
    this.#made.push(info);
    return info;
  }

  #moved({ state, seed }: { readonly state: number; readonly seed: number }): { readonly state: TensorInfo; readonly seed: TensorInfo } {
    return { state: this.#own(state, [STATE_SIZE]), seed: this.#own(seed, []) };
  }

  #inverseOf(state: TensorInfo): number {
    const scalars = this.#maths.unpack(this.#handle(state), STATE_SIZE);
    const inverse = this.#tape.hold(this.#maths.reciprocal(scalars[0] as number));
    for (const id of scalars.slice(1)) this.#tape.free(id);
    return inverse;
  }

  /** The gradient of a unit in float32 and without the scale, as one handle. */
  #load(unit: Unit, inverse: number | null): Loaded {
    const gradients = unit.variables.map(({ gradient }) => this.#wide(gradient));
    const [only] = gradients as [number];
    const isOne = gradients.length === 1;
    const together = isOne ? only : this.#joined(gradients, unit.shapes);
    const gradient = this.#tape.hold(inverse === null ? together : this.#maths.mul(together, inverse));
    return { unit, gradient, rank: isOne ? (unit.variables[0]?.gradient.shape.length ?? 0) : 1 };
  }

  #wide(tensor: TensorInfo): number {
    const id = this.#handle(tensor);
    const { dataType } = this.#with.host.binding.entry(id);
    return isHalf(dataType) ? this.#maths.cast(id, dataTypes.float32) : id;
  }

  /** Tensors one behind the other in a vector. */
  #joined(ids: readonly number[], shapes: readonly (readonly number[])[]): number {
    const vectors = ids.map((id, index) => (shapes[index]?.length === 1 ? id : this.#maths.reshape(id, [-1])));
    const attributes = [this.#tape.type('T', dataTypes.float32), this.#tape.whole('N', ids.length), this.#tape.type('Tidx', dataTypes.int32)];
    return this.#tape.op('ConcatV2', [...vectors, this.#tape.int(0)], attributes);
  }

  #flags(verdict: FusedStepRequest['verdict'], { loaded, count }: { readonly loaded: readonly Loaded[]; readonly count: number }): Flags | null {
    if (verdict.by === 'none') return null;
    if (verdict.by === 'flags') return this.#flagsIn(verdict.flags);
    if (verdict.by === 'flag') {
      const applied = this.#tape.hold(this.#maths.reshape(this.#handle(verdict.flag), []));
      return { finite: applied, applied, firstBad: this.#tape.number(-1) };
    }
    const places = loaded.map((each) => this.#firstBad(each, count));
    const first = this.#tape.hold(
      places.length === 0 ? this.#tape.int(count) : this.#maths.over('Min', this.#maths.pack(places, dataTypes.int32), 1),
    );
    const finite = this.#tape.hold(this.#maths.greaterEqual(first, this.#tape.int(count)));
    const firstBad = this.#maths.select(finite, this.#tape.number(-1), this.#maths.cast(first, dataTypes.float32));
    return { finite, applied: finite, firstBad: this.#tape.hold(firstBad) };
  }

  #flagsIn(flags: TensorInfo): Flags {
    const zero = this.#tape.number(0);
    const [finite, applied, firstBad] = this.#maths.unpack(this.#handle(flags), 3) as [number, number, number];
    return {
      finite: this.#tape.hold(this.#maths.greater(finite, zero)),
      applied: this.#tape.hold(this.#maths.greater(applied, zero)),
      firstBad: this.#tape.hold(firstBad),
    };
  }

  /** The place in the request of a unit's first bad gradient, an int32 scalar; `count` where there is none. */
  #firstBad({ unit: { positions, shapes }, gradient, rank }: Loaded, count: number): number {
    const { layouts } = this.#with;
    const finite = this.#maths.isFinite(gradient);
    if (positions.length === 1) return this.#maths.select(this.#maths.over('All', finite, rank), this.#tape.int(count), this.#tape.int(positions[0] as number));
    const layout = layouts.acquire(shapes);
    try {
      const parts = this.#tape.op('SelectV2', [finite, this.#tape.int(positions.length), layout.partsHandle]);
      const part = this.#maths.over('Min', parts, 1);
      return this.#tape.op('GatherV2', [this.#tape.ints([...positions, count]), part, this.#tape.int(0)]);
    } finally {
      layouts.release(layout);
    }
  }

  #clip(loaded: readonly Loaded[], { norm, variableNorm, value }: FusedStepRequest['clip']): readonly Loaded[] {
    const maths = this.#maths;
    if (loaded.length === 0) return loaded;
    const changed = (each: Loaded, id: number): Loaded => {
      this.#tape.free(each.gradient);
      return { ...each, gradient: this.#tape.hold(id) };
    };
    if (value !== undefined) return loaded.map((each) => changed(each, maths.clamp(each.gradient, -value, value)));
    const measured = loaded.map(({ gradient, rank }) => ({ id: gradient, rank }));
    if (variableNorm !== undefined)
      return loaded.map((each, index) => changed(each, maths.mul(each.gradient, normFactor(this.#parts(), measured.slice(index, index + 1), variableNorm))));
    if (norm === undefined) return loaded;
    const factor = normFactor(this.#parts(), measured, norm);
    return loaded.map((each) => changed(each, maths.mul(each.gradient, factor)));
  }

  /** What the powers of beta give to the updates, and what they are after the step. */
  #powers(
    rule: PowerRule,
    { rates, powers, applied }: Pick<FusedStepRequest, 'rates' | 'powers'> & { readonly applied: number | null },
  ): { readonly rooms: readonly number[]; readonly next: TensorInfo[] } {
    const maths = this.#maths;
    if (rule === 'none') return { rooms: [], next: [...powers] };
    const number = (name: string): number => this.#tape.number(rates[name] ?? 0);
    const one = this.#tape.number(1);
    const given = powers.map((power) => this.#handle(power));
    const scalars = powers.map(({ shape }, index) => this.#tape.hold(shape.length === 0 ? (given[index] as number) : maths.reshape(given[index] as number, [])));
    const [first, second] = scalars as [number, number];
    const rooms = rule === 'moments' ? [maths.sub(one, first), maths.sub(one, second)] : [this.#adamaxRate(rates, scalars)];
    const moved = [
      maths.mul(given[0] as number, number('beta1')),
      rule === 'moments' ? maths.mul(given[1] as number, number('beta2')) : maths.add(given[1] as number, one),
    ];
    const next = moved.map((id, index) => (applied === null ? id : maths.select(applied, id, given[index] as number)));
    return {
      rooms: rooms.map((id) => this.#tape.hold(id)),
      next: next.map((id, index) => this.#own(id, powers[index]?.shape ?? [])),
    };
  }

  /** (−learningRate / (iteration · decay + 1)) / (1 − beta1^t) */
  #adamaxRate(rates: FusedStepRequest['rates'], [power, iteration]: readonly number[]): number {
    const maths = this.#maths;
    const one = this.#tape.number(1);
    const slowed = maths.add(maths.mul(iteration as number, this.#tape.number(rates['decay'] ?? 0)), one);
    const rate = maths.div(this.#tape.number(-(rates['learningRate'] ?? 0)), slowed);
    return maths.div(rate, maths.sub(one, power as number));
  }

  /** Updates a unit: new handles, which hold the old numbers where the step is not applied. */
  #move(
    { unit, gradient, rank }: Loaded,
    {
      kind,
      rates,
      rooms,
      applied,
      results,
    }: Pick<FusedStepRequest, 'kind' | 'rates'> & { readonly rooms: readonly number[]; readonly applied: number | null; readonly results: Results },
  ): void {
    const { host, flats } = this.#with;
    const tape = new Tape(host.binding);
    try {
      const { variables, shapes, positions, decay } = unit;
      const slotCount = variables[0]?.slots.length ?? 0;
      const old = [
        this.#gathered(variables.map(({ value }) => value), shapes),
        ...Array.from({ length: slotCount }, (_, at) => this.#gathered(variables.map(({ slots }) => slots[at] as TensorInfo), shapes)),
      ];
      const [value, ...slots] = old as [number, ...number[]];
      const moved = FORMULAS[kind].move({
        maths: mathsOf(tape),
        number: (given) => this.#tape.number(given),
        hold: (id) => tape.hold(id),
        rates,
        gradient,
        value,
        slots,
        decay,
        rooms,
        rank,
      });
      const tensors = [moved.value, ...moved.slots].map((id, index) => {
        const chosen = tape.take(applied === null ? id : tape.op('Select', [applied, id, old[index] as number]));
        const made = positions.length === 1 ? [host.own(chosen, shapes[0] ?? [])] : flats.spread(chosen, shapes);
        this.#made.push(...made);
        return made;
      });
      for (const id of old) this.#tape.free(id);
      positions.forEach((position, at) => {
        const [newValue, ...newSlots] = tensors.map((made) => made[at] as TensorInfo) as [TensorInfo, ...TensorInfo[]];
        results[position] = { value: newValue, slots: newSlots };
      });
    } finally {
      tape.close();
    }
  }

  /** The vector in which these tensors lie already, or a new one; held. */
  #gathered(tensors: readonly TensorInfo[], shapes: readonly (readonly number[])[]): number {
    const [only] = tensors as [TensorInfo];
    if (tensors.length === 1) return this.#handle(only);
    const known = this.#with.flats.find(tensors);
    return known >= 0 ? known : this.#tape.hold(this.#joined(tensors.map((tensor) => this.#handle(tensor)), shapes));
  }

}
