import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dataTypes } from '../binding/data-types.ts';
import type { OpAttribute, TensorMetadata } from '../library/tfjs-binding.ts';
import type { TensorEntry, TensorMap } from '../library/node-backend.ts';
import type { FlatLayout, FlatLayouts, FlatPlaces } from './flat-layout.ts';
import type { Host } from './host.ts';

/**
 * One tensor that lies in a vector with others. It gets a handle of its own when somebody first asks for its numbers, as
 * tfjs-node uploads values when they are first used.
 */
class FlatPart implements TensorEntry {
  readonly shape: number[];
  readonly dtype: number = dataTypes.float32;
  readonly flat: Flat;
  readonly index: number;
  id = -1;
  refCount = 1;
  /** The handle that it got; another one in `id` means that its numbers were converted. */
  shown = -1;
  /** `waiting`: for somebody who asks for its numbers. `done`: it has a handle of its own, or is gone. */
  state: 'new' | 'waiting' | 'done' = 'new';

  constructor(flat: Flat, index: number) {
    this.flat = flat;
    this.index = index;
    this.shape = [...(flat.layout.shapes[index] ?? [])];
  }

  /** tfjs-node looks here before it uses the handle. */
  get values(): null {
    if (this.state === 'waiting') this.flat.show(this);
    return null;
  }

  set values(_none: null) {
    // there is nothing to forget
  }
}

/** One vector inside TensorFlow that many tensors of tfjs lie in; it lives as long as one of them. */
class Flat {
  readonly id: number;
  readonly layout: FlatLayout;
  readonly parts: FlatPart[] = [];
  readonly #host: Host;
  /** Handles of parts that were cut off with others and are not asked for yet. */
  #cut: Map<number, number> | null = null;
  #alive: number;

  constructor(host: Host, { id, layout }: { readonly id: number; readonly layout: FlatLayout }) {
    this.#host = host;
    this.id = id;
    this.layout = layout;
    this.#alive = layout.count;
    for (let index = 0; index < layout.count; index++) this.parts.push(new FlatPart(this, index));
  }

  /** Gives a part its own handle. The first one to ask cuts all of them off: one op. */
  show(part: FlatPart): void {
    const { binding } = this.#host;
    this.#cut ??= this.#cutAll();
    const vector = this.#cut.get(part.index);
    if (vector === undefined) return;
    const { shape } = part;
    if (shape.length === 1) part.id = vector;
    else {
      const wanted = binding.createTensor([shape.length], dataTypes.int32, Int32Array.from(shape));
      part.id = (binding.run('Reshape', [], [vector, wanted])[0] as TensorMetadata).id;
      for (const id of [wanted, vector]) binding.deleteTensor(id);
    }
    this.#cut.delete(part.index);
    part.shown = part.id;
    part.state = 'done';
  }

  /** A part is gone; `true` when it was the last one. */
  forget(part: FlatPart): boolean {
    const vector = this.#cut?.get(part.index);
    if (vector !== undefined) {
      this.#cut?.delete(part.index);
      this.#host.binding.deleteTensor(vector);
    }
    part.state = 'done';
    this.#alive--;
    if (this.#alive === 0) this.close();
    return this.#alive === 0;
  }

  /** Deletes the vector; parts that have handles of their own keep them. */
  close(): void {
    const { binding } = this.#host;
    for (const id of [this.id, ...(this.#cut?.values() ?? [])]) binding.deleteTensor(id);
    this.#cut = null;
  }

  #cutAll(): Map<number, number> {
    const { binding } = this.#host;
    const axis = binding.createTensor([], dataTypes.int32, Int32Array.of(0));
    const { TF_ATTR_INT } = binding.native;
    const attributes: OpAttribute[] = [{ name: 'num_split', type: TF_ATTR_INT, value: this.layout.count }];
    const vectors = binding.run('SplitV', attributes, [this.id, this.layout.sizesHandle, axis], this.layout.count);
    binding.deleteTensor(axis);
    return new Map(vectors.map(({ id }, index) => [index, id]));
  }
}

/** The vectors of one backend, and a watch over the tensors that lie in them. */
export class FlatTensors {
  readonly #host: Host;
  readonly #layouts: FlatLayouts;
  readonly #flats = new Set<Flat>();
  #map: TensorMap | null = null;
  #unwatch: () => void = () => undefined;

  constructor(host: Host, layouts: FlatLayouts) {
    this.#host = host;
    this.#layouts = layouts;
  }

  /** Tensors of tfjs for the parts of a vector, which takes over its handle; the caller owns them. */
  spread(id: number, places: FlatPlaces): TensorInfo[] {
    this.#watch();
    const flat = new Flat(this.#host, { id, layout: this.#layouts.acquire(places) });
    this.#flats.add(flat);
    return flat.parts.map((part) => {
      const info = this.#host.put(part);
      part.state = 'waiting';
      return info;
    });
  }

  /** The handle of the vector in which exactly these tensors lie, in this order and unchanged. */
  find(tensors: readonly TensorInfo[]): number | undefined {
    const entries = tensors.map(({ dataId }) => this.#host.entry(dataId));
    const [first] = entries;
    if (!(first instanceof FlatPart) || first.flat.layout.count !== tensors.length || !this.#flats.has(first.flat)) return undefined;
    const isWhole = entries.every(
      (entry, index) => entry instanceof FlatPart && entry.flat === first.flat && entry.index === index && entry.id === entry.shown,
    );
    return isWhole ? first.flat.id : undefined;
  }

  /** Gives every part its own handle, and stops watching: the tensors go on without us. */
  close(): void {
    for (const flat of this.#flats) for (const part of flat.parts) if (part.state === 'waiting') flat.show(part);
    this.#stop();
  }

  #watch(): void {
    const { map } = this.#host;
    if (map === this.#map) return;
    this.#stop();
    const remove = map.delete.bind(map);
    const own = Object.getOwnPropertyDescriptor(map, 'delete');
    map.delete = (dataId) => {
      const entry = map.has(dataId) ? map.get(dataId) : undefined;
      if (entry instanceof FlatPart && this.#flats.has(entry.flat)) this.#forget(entry);
      return remove(dataId);
    };
    this.#map = map;
    this.#unwatch = () => {
      if (own === undefined) Reflect.deleteProperty(map, 'delete');
      else Object.defineProperty(map, 'delete', own);
    };
  }

  #forget(part: FlatPart): void {
    if (!part.flat.forget(part)) return;
    this.#flats.delete(part.flat);
    this.#layouts.release(part.flat.layout);
  }

  /** Of a backend that was thrown away too: its tensors are out of everybody's reach. */
  #stop(): void {
    this.#unwatch();
    this.#unwatch = () => undefined;
    this.#map = null;
    for (const flat of this.#flats) {
      flat.close();
      this.#layouts.release(flat.layout);
    }
    this.#flats.clear();
  }
}
