import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  split,
  tensor2d,
  tidy,
  transpose,
  type serialization,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

/** What a character may not see gets so much less: large for a score, and float16 holds it. */
const HIDDEN = -1e4;

/** Attention of every character to those before it: queries, keys and values stand beside one another in its input. */
export class CausalAttention extends layers.Layer {
  /** @nocollapse */
  static get className(): string {
    return 'CausalAttention';
  }

  readonly #heads: number;

  constructor(config: { readonly heads: number; readonly name?: string }) {
    super(config.name === undefined ? {} : { name: config.name });
    this.#heads = config.heads;
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    const [batch = null, tokens = null, width] = inputShape;
    return [batch, tokens, (width ?? 0) / 3];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs;
      const [batch = 1, tokens = 1, triple = 3] = x.shape;
      const width = triple / 3;
      const perHead = width / this.#heads;
      const [q, k, v] = split(x, 3, 2).map((part) => transpose(reshape(part, [batch, tokens, this.#heads, perHead]), [0, 2, 1, 3])) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const scores = add(mul(matMul(q, k, false, true), 1 / Math.sqrt(perHead)), causalMask(tokens));
      return reshape(transpose(matMul(softmax(scores), v), [0, 2, 1, 3]), [batch, tokens, width]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.#heads };
  }
}

function causalMask(tokens: number): Tensor {
  const hidden = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? HIDDEN : 0));
  return tensor2d(hidden, [tokens, tokens]);
}
