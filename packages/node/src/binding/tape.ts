import { dataTypes } from './data-types.ts';
import type { HalfBinding } from './half-binding.ts';
import type { OpAttribute, TensorMetadata } from '../library/tfjs-binding.ts';

/**
 * TensorFlow ops one after another, with a rule for what is only in between: the op that takes a result uses it up, unless
 * it was held; held ones live until `close`. Handles from elsewhere are left alone.
 */
export class Tape {
  readonly #binding: HalfBinding;
  /** Results, and whether they are held. */
  readonly #own = new Map<number, boolean>();
  readonly #constants = new Map<string, number>();

  constructor(binding: HalfBinding) {
    this.#binding = binding;
  }

  /** Runs an op whose first result is all that it has. */
  op(name: string, inputs: readonly number[], attributes: readonly OpAttribute[] = []): number {
    return this.ops(name, inputs, { attributes, outputs: 1 })[0] as number;
  }

  /** Runs an op with several results. */
  ops(
    name: string,
    inputs: readonly number[],
    { attributes, outputs }: { readonly attributes: readonly OpAttribute[]; readonly outputs: number },
  ): number[] {
    const made = this.#binding.run(name, attributes, inputs, outputs).map(({ id }: TensorMetadata) => id);
    for (const id of made) this.#own.set(id, false);
    for (const id of inputs) if (this.#own.get(id) === false) this.free(id);
    return made;
  }

  /** From now on the result lives until `close`, however often it is used. */
  hold(id: number): number {
    if (this.#own.has(id)) this.#own.set(id, true);
    return id;
  }

  /** A held result is not needed any more. */
  free(id: number): void {
    if (this.#own.delete(id)) this.#binding.deleteTensor(id);
  }

  /** Gives a result away: the caller owns it. A handle from elsewhere is copied, which shares its numbers. */
  take(id: number): number {
    if (this.#own.delete(id)) return id;
    return (this.#binding.run('Identity', [], [id])[0] as TensorMetadata).id;
  }

  /** A float32 scalar. */
  number(value: number): number {
    return this.#constant(`f${Object.is(value, -0) ? '-0' : value}`, () =>
      this.#binding.createTensor([], dataTypes.float32, Float32Array.of(value)),
    );
  }

  /** An int32 scalar. */
  int(value: number): number {
    return this.#constant(`i${value}`, () => this.#binding.createTensor([], dataTypes.int32, Int32Array.of(value)));
  }

  /** An int32 vector. */
  ints(values: readonly number[]): number {
    return this.#constant(`[${values.join()}]`, () =>
      this.#binding.createTensor([values.length], dataTypes.int32, Int32Array.from(values)),
    );
  }

  /** Deletes everything that was not given away. */
  close(): void {
    for (const id of this.#own.keys()) this.#binding.deleteTensor(id);
    this.#own.clear();
    this.#constants.clear();
  }

  type(name: string, value: number): OpAttribute {
    return { name, type: this.#binding.native.TF_ATTR_TYPE, value };
  }

  whole(name: string, value: number): OpAttribute {
    return { name, type: this.#binding.native.TF_ATTR_INT, value };
  }

  flag(name: string, isSet: boolean): OpAttribute {
    return { name, type: this.#binding.native.TF_ATTR_BOOL, value: isSet };
  }

  #constant(key: string, make: () => number): number {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const id = make();
    this.#own.set(id, true);
    this.#constants.set(key, id);
    return id;
  }
}
