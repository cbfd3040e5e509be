import { util } from '@tensorflow/tfjs-core';
import { dataTypes } from '../binding/data-types.ts';
import type { HalfBinding } from '../binding/half-binding.ts';

/** How many tensors lie in one vector. Handles that say so to TensorFlow are made when they are first needed. */
export class FlatLayout {
  readonly shapes: readonly (readonly number[])[];
  readonly sizes: readonly number[];
  readonly #binding: HalfBinding;
  readonly #handles = new Map<'sizes' | 'parts', number>();

  constructor(binding: HalfBinding, shapes: readonly (readonly number[])[]) {
    this.#binding = binding;
    this.shapes = shapes;
    this.sizes = shapes.map((shape) => util.sizeFromShape([...shape]));
  }

  get count(): number {
    return this.shapes.length;
  }

  /** int32 `[count]`: the length of each part. */
  get sizesHandle(): number {
    return this.#handle('sizes', () => Int32Array.from(this.sizes));
  }

  /** int32, as long as the vector: which part each number belongs to. */
  get partsHandle(): number {
    return this.#handle('parts', () => {
      const parts = new Int32Array(this.sizes.reduce((sum, size) => sum + size, 0));
      let at = 0;
      this.sizes.forEach((size, part) => parts.fill(part, at, (at += size)));
      return parts;
    });
  }

  close(): void {
    for (const id of this.#handles.values()) this.#binding.deleteTensor(id);
    this.#handles.clear();
  }

  #handle(name: 'sizes' | 'parts', values: () => Int32Array): number {
    const known = this.#handles.get(name);
    if (known !== undefined) return known;
    const numbers = values();
    const id = this.#binding.createTensor([numbers.length], dataTypes.int32, numbers);
    this.#handles.set(name, id);
    return id;
  }
}

/** The layouts in use, one for each list of shapes. */
export class FlatLayouts {
  readonly #binding: HalfBinding;
  readonly #users = new Map<string, { readonly layout: FlatLayout; users: number }>();

  constructor(binding: HalfBinding) {
    this.#binding = binding;
  }

  /** The layout of these shapes; who takes it gives it back by `release`. */
  acquire(shapes: readonly (readonly number[])[]): FlatLayout {
    const key = keyOf(shapes);
    const known = this.#users.get(key) ?? { layout: new FlatLayout(this.#binding, shapes), users: 0 };
    this.#users.set(key, known);
    known.users++;
    return known.layout;
  }

  release({ shapes }: FlatLayout): void {
    const key = keyOf(shapes);
    const known = this.#users.get(key);
    if (known === undefined || --known.users > 0) return;
    this.#users.delete(key);
    known.layout.close();
  }
}

function keyOf(shapes: readonly (readonly number[])[]): string {
  return shapes.map((shape) => shape.join('x')).join();
}
