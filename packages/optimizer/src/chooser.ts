import type { Tensor } from '@tensorflow/tfjs-core';
import { cast, dispose, engine, greater, keep, reshape, Select, tidy, zeros } from '@tensorflow/tfjs-core';

/**
 * Backends whose Select kernel reads a condition of shape [1] as one flag for a whole row: one dispatch or op, no mask.
 * tfjs's cpu and wasm kernels take their operands by the index of the condition there, which is wrong for more than one
 * column; they and every backend on which this was not tested get a mask of full size.
 */
const ROW_SELECT: ReadonlySet<string> = new Set(['webgpu', 'halftone-webgpu', 'tensorflow']);

/**
 * Picks one of two tensors by a flag that only the device knows.
 *
 * Multiplying by 0 or 1 would not do: 0 × NaN is NaN, and a skipped step must leave no trace.
 * Lives for one step; masks are shared by all tensors of one size.
 */
export class Chooser {
  readonly #flag: Tensor;
  readonly #masks = new Map<number, Tensor>();

  /** @param flag - bool `[1]`, owned by the caller */
  constructor(flag: Tensor) {
    this.#flag = flag;
  }

  /** `fresh` where the flag is true, else `old`, bit for bit; same shape and dtype, owned by the caller. */
  choose(fresh: Tensor, old: Tensor): Tensor {
    if (fresh.size === 0) return fresh.clone();
    return tidy(() => {
      const byRow = ROW_SELECT.has(engine().backendName);
      const shape = byRow ? [1, fresh.size] : [fresh.size];
      const condition = byRow ? this.#flag : this.#mask(fresh.size);
      const inputs = { condition, t: reshape(fresh, shape), e: reshape(old, shape) };
      return reshape(engine().runKernel<Tensor>(Select, inputs, { elseIsBefore: true }), fresh.shape);
    });
  }

  dispose(): void {
    dispose([...this.#masks.values()]);
    this.#masks.clear();
  }

  /** A rank-0 operand takes the fast, contiguous path of tfjs's cpu kernels; Tile would not. */
  #mask(size: number): Tensor {
    const known = this.#masks.get(size);
    if (known !== undefined) return known;
    const mask = keep(tidy(() => greater(cast(reshape(this.#flag, []), 'float32'), zeros([size]))));
    this.#masks.set(size, mask);
    return mask;
  }
}
