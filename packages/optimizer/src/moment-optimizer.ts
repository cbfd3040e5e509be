import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import {
  add,
  dispose,
  div,
  engine,
  mul,
  Optimizer,
  pow,
  scalar,
  sqrt,
  square,
  sub,
  tidy,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { GradientInput, NamedGradient } from './gradient-list.ts';
import { gradientList } from './gradient-list.ts';
import type { MomentSlot } from './moment-state.ts';
import { momentStates } from './moment-state.ts';
import { inFloat32 } from './precision.ts';

type OptimizerWeights = Awaited<ReturnType<Optimizer['getWeights']>>;

/** The numbers that AdamW and LAMB share. */
export interface MomentOptions {
  /** Decay of the first moment; 0.9 unless set. */
  readonly beta1?: number;
  /** Decay of the second moment; 0.999 unless set. */
  readonly beta2?: number;
  /** Added to the root of the second moment; tfjs's `backend.epsilon()` (1e-7) unless set. */
  readonly epsilon?: number;
  /** How fast weights decay towards 0; 0.01 unless set. */
  readonly weightDecay?: number;
  /** Variables whose name holds one of these do not decay: `['bias', 'gamma', 'beta']`; none unless set. */
  readonly excludeFromDecay?: readonly string[];
}

/** Adam's moments in float32, kept as tfjs keeps them: by position, created by the first `applyGradients`, saved as `name/m` and `name/v`. */
export abstract class MomentOptimizer extends Optimizer {
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly excludeFromDecay: readonly string[];
  readonly #power1: Variable;
  readonly #power2: Variable;
  #first: MomentSlot[] = [];
  #second: MomentSlot[] = [];

  constructor(learningRate: number, options: MomentOptions) {
    super();
    const { beta1 = 0.9, beta2 = 0.999, epsilon = engine().backend.epsilon(), weightDecay = 0.01, excludeFromDecay = [] } = options;
    checkNumbers({ learningRate, epsilon, weightDecay }, { beta1, beta2 });
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.excludeFromDecay = excludeFromDecay;
    [this.#power1, this.#power2] = [beta1, beta2].map((beta) => tidy(() => variable(scalar(beta), false))) as [Variable, Variable];
    momentStates.set(this, {
      powers: [this.#power1, this.#power2],
      slots: (index) => [this.#first[index]?.variable, this.#second[index]?.variable],
      decayOf: (name) => this.#decayOf(name),
      lists: () => [this.#first, this.#second],
      setLists: (first, second) => void ([this.#first, this.#second] = [first, second]),
    });
  }

  /** The new value of a variable; `direction` is Adam's step before the learning rate, `decay` is 0 where it is excluded. */
  protected abstract move(value: Tensor, step: { readonly direction: Tensor; readonly decay: number }): Tensor;

  override applyGradients(gradients: GradientInput): void {
    const list = gradientList(gradients);
    inFloat32(() =>
      tidy(() => {
        const room1 = sub(1, this.#power1);
        const room2 = sub(1, this.#power2);
        for (const [index, gradient] of list.entries()) this.#applyOne(index, gradient, { room1, room2 });
        this.#power1.assign(mul(this.#power1, this.beta1));
        this.#power2.assign(mul(this.#power2, this.beta2));
      }),
    );
    this.incrementIterations();
  }

  override dispose(): void {
    dispose([this.#power1, this.#power2, ...[...this.#first, ...this.#second].map((slot) => slot.variable)]);
    [this.#first, this.#second] = [[], []];
  }

  override async getWeights(): Promise<OptimizerWeights> {
    const slots = [...this.#first, ...this.#second].map((slot) => ({ name: slot.originalName, tensor: slot.variable }));
    return [await this.saveIterations(), ...slots];
  }

  /** Takes what `getWeights` gave: the counter, all first moments, all second moments. */
  override async setWeights(weightValues: OptimizerWeights): Promise<void> {
    const moments = await this.extractIterations(weightValues);
    tidy(() => {
      this.#power1.assign(pow(this.beta1, scalar(this.iterations + 1)));
      this.#power2.assign(pow(this.beta2, scalar(this.iterations + 1)));
    });
    dispose([...this.#first, ...this.#second].map((slot) => slot.variable));
    const slots = moments.map(({ name, tensor }) => ({ originalName: name, variable: variable(tensor, false) }));
    [this.#first, this.#second] = [slots.slice(0, slots.length / 2), slots.slice(slots.length / 2)];
  }

  override getConfig(): { [name: string]: number | string[] } {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this;
    return { learningRate, beta1, beta2, epsilon, weightDecay, excludeFromDecay: [...this.excludeFromDecay] };
  }

  #applyOne(index: number, { name, tensor }: NamedGradient, { room1, room2 }: { readonly room1: Tensor; readonly room2: Tensor }): void {
    const value = engine().registeredVariables[name];
    if (value === undefined)
      throw new Error(
        `[optimizer] a gradient must belong to a registered variable, got one for '${name}'. Dispose no variable between the two passes.`,
      );
    this.#first[index] ??= { originalName: `${name}/m`, variable: variable(zerosLike(value), false) };
    this.#second[index] ??= { originalName: `${name}/v`, variable: variable(zerosLike(value), false) };
    if (tensor === null) return;
    const first = (this.#first[index] as MomentSlot).variable;
    const second = (this.#second[index] as MomentSlot).variable;
    first.assign(add(mul(first, this.beta1), mul(tensor, 1 - this.beta1)));
    second.assign(add(mul(second, this.beta2), mul(square(tensor), 1 - this.beta2)));
    const direction = div(div(first, room1), add(sqrt(div(second, room2)), this.epsilon));
    value.assign(this.move(value, { direction, decay: this.#decayOf(name) }));
  }

  #decayOf(name: string): number {
    return this.excludeFromDecay.some((part) => name.includes(part)) ? 0 : this.weightDecay;
  }
}

/** What `fromConfig` of a moment optimizer reads. */
export interface MomentConfig extends MomentOptions {
  readonly learningRate: number;
}

function checkNumbers(atLeastZero: Readonly<Record<string, number>>, belowOne: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(atLeastZero)) {
    if (!(typeof value === 'number' && value >= 0 && value < Infinity)) {
      throw new RangeError(`[optimizer] ${name} must be a finite number from 0, got ${String(value)}. Leave it out for the default.`);
    }
  }
  for (const [name, value] of Object.entries(belowOne)) {
    if (!(typeof value === 'number' && value >= 0 && value < 1)) {
      throw new RangeError(`[optimizer] ${name} must be from 0 to below 1, got ${String(value)}. Leave it out for the default.`);
    }
  }
}
