import type { Tensor } from '@tensorflow/tfjs-core';
import type { Stage, StageCall } from '@halftone/loss-scale';
import { nextStage } from '@halftone/loss-scale';
import type { FiniteCheck } from './finite-check.ts';
import type { PresentGradient } from './gradient-list.ts';
import type { UndoLog } from './undo-log.ts';

/** A finite check with the names that its positions mean. */
export type NamedCheck = FiniteCheck & { readonly names: readonly string[] };

/** What one forward pass wrote, and the checks of the gradients that came from it. */
export interface ForwardPass {
  readonly log: UndoLog;
  readonly checks: Set<NamedCheck>;
}

/** What a scaler knows about one gradient tensor. */
export interface GradientTag {
  readonly stage: Stage;
  readonly passes: readonly ForwardPass[];
  /** The check that `unscale` made; `null` for gradients that still carry the scale. */
  readonly check: NamedCheck | null;
}

/**
 * Which tensors a scaler made, and how far they are on their way from scaled to applied.
 *
 * Kept by tensor, not by map: users take maps apart for several optimizers. Tensors of the user's own making are unknown.
 */
export class GradientTags {
  readonly #tags = new WeakMap<Tensor, GradientTag & { readonly round: number }>();
  #round = 0;

  set(tensors: readonly Tensor[], tag: GradientTag): void {
    for (const tensor of tensors) this.#tags.set(tensor, { ...tag, round: this.#round });
  }

  /** Checks that a call is in order for these gradients; returns the tags, those of unknown tensors left out. */
  require(call: Exclude<StageCall, 'update'>, gradients: readonly PresentGradient[]): GradientTag[] {
    return gradients.flatMap(({ name, tensor }) => {
      const tag = this.#tags.get(tensor);
      if (tag !== undefined) {
        nextStage(tag.stage, call);
        if (tag.round !== this.#round) throw tooLate(call);
      }
      if (tensor.isDisposed) throw gone(call, name);
      return tag === undefined ? [] : [tag];
    });
  }

  /** The tag, or `undefined` for a tensor that the scaler did not make. */
  tell(tensor: Tensor): GradientTag | undefined {
    return this.#tags.get(tensor);
  }

  /** Makes all tags so far void: the scale that their gradients carry moves. */
  nextRound(): void {
    this.#round += 1;
  }
}

function tooLate(call: StageCall): Error {
  return new Error(
    `[optimizer] gradients must be used before the update() that follows them, got ${call}() after it: the scale that they carry is gone. ` +
      'Call variableGrads() again, or update() later.',
  );
}

function gone(call: StageCall, name: string): Error {
  return new Error(
    `[optimizer] ${call}() needs live gradients, got one for ${name} that is disposed. unscale(), accumulate(), step() and apply() take gradients over: ` +
      'go on with the map that they return.',
  );
}
