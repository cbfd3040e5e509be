import { add, tidy, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';

type Weight = ReturnType<layers.Layer['addWeight']>;

/** Adds a learned row to each position of a sequence. */
export class PositionEmbedding extends layers.Layer {
  /** @nocollapse */
  static get className(): string {
    return 'PositionEmbedding';
  }

  #rows: Weight | null = null;

  constructor(config: { readonly name?: string } = {}) {
    super(config.name === undefined ? {} : { name: config.name });
  }

  override build(inputShape: (number | null)[]): void {
    const [, tokens, width] = inputShape;
    this.#rows = this.addWeight('rows', [tokens ?? 1, width ?? 1], 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const rows = this.#rows;
    if (rows === null) throw new Error('[playground] a layer must be built before it is called, got a call. Use it in a model.');
    return tidy(() => add(Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs, rows.read()));
  }

  override getConfig(): serialization.ConfigDict {
    return super.getConfig();
  }
}
