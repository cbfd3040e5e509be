import { util } from '@tensorflow/tfjs-core';
import { dataTypes } from '../binding/data-types.ts';
import type { HalfBinding } from '../binding/half-binding.ts';

/** The shapes of tensors that lie in one vector, and where each of them stands in the request. */
export interface FlatPlaces {
  readonly shapes: readonly (readonly number[])[];
  readonly positions: readonly number[];
}

/** How many tensors lie in one vector. Handles that say so to TensorFlow are made when they are first needed. */
export class FlatLayout implements FlatPlaces {
  readonly shapes: readonly (readonly number[])[];
  readonly positions: readonly number[];
  readonly sizes: readonly number[];
  readonly #binding: HalfBinding;
  #sizesHandle: number | null = null;
  #positionsHandle: number | null = null;

  constructor(binding: HalfBinding, { shapes, positions }: FlatPlaces) {
    this.#binding = binding;
    this.shapes = shapes;
    this.positions = positions;
    this.sizes = shapes.map((shape) => util.sizeFromShape([...shape]));
  }

  get count(): number {
    return this.shapes.length;
  }

  /** int32 `[count]`: the length of each part. */
  get sizesHandle(): number {
    this.#sizesHandle ??= this.#binding.createTensor([this.count], dataTypes.int32, Int32Array.from(this.sizes));
    return this.#sizesHandle;
  }

  /** As long as the vector: where in the request the tensor of each number stands. float32, since TensorFlow keeps int32 on the host. */
  get positionsHandle(): number {
    this.#positionsHandle ??= this.#uploadPositions();
    return this.#positionsHandle;
  }

  close(): void {
    for (const id of [this.#sizesHandle, this.#positionsHandle]) if (id !== null) this.#binding.deleteTensor(id);
    [this.#sizesHandle, this.#positionsHandle] = [null, null];
  }

  #uploadPositions(): number {
    const all = new Float32Array(this.sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    this.sizes.forEach((size, part) => all.fill(this.positions[part] ?? 0, at, (at += size)));
    return this.#binding.createTensor([all.length], dataTypes.float32, all);
  }
}

/** The layouts in use, one for each list of shapes and places. */
export class FlatLayouts {
  readonly #binding: HalfBinding;
  readonly #users = new Map<string, { readonly layout: FlatLayout; users: number }>();

  constructor(binding: HalfBinding) {
    this.#binding = binding;
  }

  /** The layout of these tensors; who takes it gives it back by `release`. */
  acquire(places: FlatPlaces): FlatLayout {
    const key = keyOf(places);
    const known = this.#users.get(key) ?? { layout: new FlatLayout(this.#binding, places), users: 0 };
    this.#users.set(key, known);
    known.users++;
    return known.layout;
  }

  release(layout: FlatLayout): void {
    const key = keyOf(layout);
    const known = this.#users.get(key);
    if (known === undefined || --known.users > 0) return;
    this.#users.delete(key);
    layout.close();
  }
}

function keyOf({ shapes, positions }: FlatPlaces): string {
  return shapes.map((shape, part) => `${positions[part]}:${shape.join('x')}`).join();
}
