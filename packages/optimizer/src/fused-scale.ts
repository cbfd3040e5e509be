import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { cast, concat, dispose, engine, keep, reciprocal, reshape, slice, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { FusedOptimizer } from '@halftone/autocast';
import type { LossScale, LossScaleState } from '@halftone/loss-scale';
import type { ScaleOnDevice, StepFlags } from './scale-on-device.ts';

/**
 * A loss scale in one small tensor that fused steps move as they go: scale, goodSteps, skippedInRow, skipped, applied, firstBad.
 *
 * Does what `next` of @halftone/loss-scale does, bit for bit. Beside it lies the scale as a scalar, ready to be the seed of
 * a backward pass.
 */
export class FusedScale implements ScaleOnDevice {
  readonly machine: LossScale;
  readonly #fused: FusedOptimizer;
  #state: Tensor;
  #seed: Tensor;

  constructor(machine: LossScale, fused: FusedOptimizer) {
    this.machine = machine;
    this.#fused = fused;
    [this.#state, this.#seed] = upload(machine.init());
  }

  /** float32 `[6]`, owned by this object. */
  get state(): Tensor {
    return this.#state;
  }

  get scale(): Tensor {
    return this.#seed;
  }

  inverse(): Tensor {
    return reciprocal(this.#seed);
  }

  advance({ finite, applied, firstBad }: StepFlags): void {
    const flags = packFlags({ finite, applied, firstBad });
    this.adopt(this.#fused.advance({ state: this.#state, seed: this.#seed, flags, rule: this.machine.options }));
    flags.dispose();
  }

  /** Goes on from what a fused step made of the state; takes the handles over. */
  adopt({ state, seed }: { readonly state: TensorInfo; readonly seed: TensorInfo }): void {
    this.#replace([keepInfo(state), keepInfo(seed)]);
  }

  setScale(scale: number): void {
    const [state, seed] = tidy(() => {
      const first = tensor1d([scale]);
      return [keep(concat([first, slice(this.#state, [1], [-1])])), keep(reshape(first, []))] as const;
    });
    this.#replace([state, seed]);
  }

  /** A second handle to the state: the next step leaves its numbers as they are. */
  pack(): Tensor {
    return this.#state.clone();
  }

  restore(state: LossScaleState): void {
    this.#replace(upload(state));
  }

  dispose(): void {
    dispose([this.#state, this.#seed]);
  }

  #replace(next: readonly [Tensor, Tensor]): void {
    dispose([this.#state, this.#seed]);
    [this.#state, this.#seed] = next;
  }
}

/** {finite, applied, firstBad} in one float32 tensor `[3]` that the caller owns. */
export function packFlags({ finite, applied, firstBad }: StepFlags): Tensor {
  return tidy(() => concat([cast(finite, 'float32'), cast(applied, 'float32'), firstBad]));
}

function keepInfo(info: TensorInfo): Tensor {
  return keep(engine().makeTensorFromTensorInfo(info));
}

function upload({ scale, goodSteps, skippedInRow, skipped, applied }: LossScaleState): [Tensor, Tensor] {
  return [keep(tensor1d([scale, goodSteps, skippedInRow, skipped, applied, -1])), keep(tidy(() => reshape(tensor1d([scale]), [])))];
}
