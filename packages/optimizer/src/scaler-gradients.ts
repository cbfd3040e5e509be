import type { Tensor } from '@tensorflow/tfjs-core';
import { add, dispose, keep, mul } from '@tensorflow/tfjs-core';
import { checkFinite } from './finite-check.ts';
import type { NamedGradient, PresentGradient } from './gradient-list.ts';
import { presentGradients } from './gradient-list.ts';
import type { ForwardPass, GradientTag, NamedCheck } from './gradient-tags.ts';
import { GradientTags } from './gradient-tags.ts';
import { FusedScale } from './fused-scale.ts';
import type { ScaleOnDevice } from './scale-on-device.ts';
import { ScalerRound } from './scaler-round.ts';

/** Unscaled gradients, owned by the receiver, with the checks that decide about them. */
export interface PreparedGradients {
  readonly tensors: readonly Tensor[];
  readonly checks: readonly NamedCheck[];
}

/** The gradients of one scaler between the backward pass and the update: where they come from and what was found in them. */
export class ScalerGradients {
  readonly #tags = new GradientTags();
  #round = new ScalerRound();

  get round(): ScalerRound {
    return this.#round;
  }

  nextRound(): void {
    this.#round = new ScalerRound();
    this.#tags.nextRound();
  }

  /** Takes note of fresh gradients and of what their forward pass wrote. */
  addScaled(tensors: readonly Tensor[], pass: ForwardPass): void {
    this.#round.addPass(pass);
    this.#tags.set(tensors, { stage: 'ready', passes: [pass], check: null });
  }

  /** The sum of two scaled gradients of one variable, both taken over. */
  sum(name: string, first: Tensor, second: Tensor): Tensor {
    const tags = this.#tags.require('unscale', [
      { name, tensor: first },
      { name, tensor: second },
    ]);
    const sum = add(first, second);
    if (tags.length === 2) this.#tags.set([sum], { stage: 'ready', passes: passesOf(tags), check: null });
    dispose([first, second]);
    return sum;
  }

  /** Unscales and checks; the given tensors are taken over, those returned are tagged and the caller's. */
  unscale(list: readonly NamedGradient[], scale: ScaleOnDevice): Tensor[] {
    const present = presentGradients(list);
    const tags = this.#tags.require('unscale', present);
    const tensors = divide(present, scale);
    const check = this.#check(tensors, { present, tags, used: false });
    this.#tags.set(tensors, { stage: 'unscaled', passes: passesOf(tags), check });
    this.#spend(present, 'unscaled');
    return tensors;
  }

  /** Which stage the gradients of a step are in; throws where that cannot be told. */
  stageForStep(list: readonly NamedGradient[], declared: 'scaled' | 'unscaled' | undefined): 'scaled' | 'unscaled' {
    const present = presentGradients(list);
    const stages = new Set(this.#tags.require('step', present).map(({ stage }) => (stage === 'ready' ? 'scaled' : 'unscaled')));
    if (declared !== undefined) stages.add(declared);
    if (stages.size > 1) {
      throw new Error(
        '[optimizer] the gradients of a step must be all scaled or all unscaled, got both. Give all of them to unscale(), or none.',
      );
    }
    const [stage] = stages;
    const unknown = present.find(({ tensor }) => this.#tags.tell(tensor) === undefined);
    if (stage !== undefined && (unknown === undefined || declared !== undefined)) return stage;
    throw new TypeError(
      `[optimizer] step() must know whether gradients still carry the scale, got one for ${unknown?.name ?? 'a variable'} that this scaler did not make. ` +
        "Say so: step(optimizer, grads, { gradients: 'scaled' }) or { gradients: 'unscaled' }.",
    );
  }

  /**
   * Unscaled copies for a step, and its checks; the given tensors stay until `spent`. With `keepScale` the copies carry the
   * scale on, for a step that takes it away itself.
   */
  prepare(
    list: readonly NamedGradient[],
    { stage, scale, keepScale }: { readonly stage: 'scaled' | 'unscaled'; readonly scale: ScaleOnDevice; readonly keepScale: boolean },
  ): PreparedGradients {
    const present = presentGradients(list);
    const tags = this.#tags.require('step', present);
    if (stage === 'scaled' && keepScale && scale instanceof FusedScale) {
      const tensors = present.map(({ tensor }) => tensor.clone());
      return { tensors, checks: [this.#check(tensors, { present, tags, used: true, scale })] };
    }
    if (stage === 'scaled') {
      const tensors = divide(present, scale);
      return { tensors, checks: [this.#check(tensors, { present, tags, used: true })] };
    }
    const tensors = present.map(({ tensor }) => tensor.clone());
    const checks = new Set(tags.map(({ check }) => check).filter((check) => check !== null));
    if (tags.length < present.length) {
      for (const check of this.#round.unusedChecks()) checks.add(check);
      checks.add(this.#check(tensors, { present, tags, used: true }));
    }
    return { tensors, checks: [...checks] };
  }

  /** Marks gradients as applied and frees them. */
  spent(list: readonly NamedGradient[]): void {
    this.#spend(presentGradients(list), 'stepped');
  }

  #spend(present: readonly PresentGradient[], stage: 'unscaled' | 'stepped'): void {
    const tensors = present.map(({ tensor }) => tensor);
    this.#tags.set(tensors, { stage, passes: [], check: null });
    dispose(tensors);
  }

  #check(
    tensors: readonly Tensor[],
    {
      present,
      tags,
      used,
      scale,
    }: {
      readonly present: readonly PresentGradient[];
      readonly tags: readonly GradientTag[];
      readonly used: boolean;
      readonly scale?: FusedScale;
    },
  ): NamedCheck {
    const { finite, firstBad } = checkFinite(tensors, scale);
    const check = { finite: keep(finite), firstBad: keep(firstBad), names: present.map(({ name }) => name) };
    this.#round.addCheck(check, { passes: tags.length === present.length ? passesOf(tags) : null, used });
    return check;
  }
}

function divide(present: readonly PresentGradient[], scale: ScaleOnDevice): Tensor[] {
  const inverse = scale.inverse();
  const tensors = present.map(({ tensor }) => mul(tensor, inverse));
  inverse.dispose();
  return tensors;
}

function passesOf(tags: readonly GradientTag[]): ForwardPass[] {
  return [...new Set(tags.flatMap(({ passes }) => passes))];
}
