import type { TensorInfo } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { Storage } from '@halftone/autocast';
import { storageOfType, typeOfStorage } from '../binding/data-types.ts';
import type { HalfBinding } from '../binding/half-binding.ts';
import type { NodeBackend, TensorEntry } from '../library/node-backend.ts';

/** The tensors of one tfjs-node backend: what of them is half inside TensorFlow, and how that changes. */
export class Session {
  readonly binding: HalfBinding;
  #backend: NodeBackend | null = null;
  /** Entries of half handles, so that every one of them can be widened. */
  readonly #halves = new Map<number, TensorEntry>();
  /** Numbers that came from the host in one-element tensors. */
  readonly #scalars = new WeakMap<object, number>();
  /** Called before the wrapped binding is taken out. */
  onDispose: () => void = () => undefined;
  #leave: () => void = () => undefined;

  constructor(binding: HalfBinding) {
    this.binding = binding;
    binding.onDelete = (id) => void this.#halves.delete(id);
  }

  /** The backend that tfjs uses now. */
  get backend(): NodeBackend {
    if (this.#backend === null) throw new Error('[node] the plug-in was disposed, got a use of it. Call registerNode() again.');
    return this.#backend;
  }

  /**
   * Puts the wrapped binding into a backend. `engine().reset()` throws the backend away and makes another one; the tensors
   * of the old one are out of everybody's reach then.
   */
  adopt(backend: NodeBackend): void {
    this.#leave();
    this.#halves.clear();
    this.binding.cache.clear();
    const { tensorMap } = backend;
    const original = backend.binding;
    const set = tensorMap.set.bind(tensorMap);
    backend.binding = this.binding.face;
    tensorMap.set = (dataId, entry) => {
      this.#note(dataId, entry);
      set(dataId, entry);
    };
    this.#backend = backend;
    this.#leave = () => {
      backend.binding = original;
      tensorMap.set = set;
      this.#backend = null;
    };
  }

  storageOf(dataId: object): Storage {
    const entry = this.#entry(dataId);
    return entry === undefined || entry.id < 0 || entry.values !== null ? 'float32' : storageOfType(this.binding.ledger.dataType(entry.id));
  }

  hostScalar(dataId: object): number | undefined {
    return this.#scalars.get(dataId);
  }

  /** Changes the type inside TensorFlow; to tfjs it stays the same tensor. */
  convert(dataId: object, storage: Storage): void {
    if (this.storageOf(dataId) === storage) return;
    const entry = this.entry(dataId);
    const old = this.handleOf(dataId);
    const id = this.binding.cast(old, typeOfStorage(storage));
    this.binding.deleteTensor(old);
    entry.id = id;
    if (storage !== 'float32') this.#halves.set(id, entry);
  }

  /** A new tensor with the same numbers in another storage; the caller owns it. */
  copy(input: TensorInfo, storage: Storage): TensorInfo {
    const id = this.binding.cast(this.handleOf(input.dataId), typeOfStorage(storage));
    return this.own(id, input.shape);
  }

  /** A float tensor of tfjs around a handle. */
  own(id: number, shape: readonly number[], type: 'float32' | 'int32' = 'float32'): TensorInfo {
    const dataId = {};
    const dtype = type === 'float32' ? this.binding.native.TF_FLOAT : this.binding.native.TF_INT32;
    this.backend.tensorMap.set(dataId, { shape: [...shape], dtype, values: null, id, refCount: 1 });
    return { dataId, shape: [...shape], dtype: type };
  }

  /** The handle of a tensor, uploaded or brought from another backend where need be. */
  handleOf(dataId: object): number {
    const entry = this.entry(dataId);
    if (entry.values !== null) {
      entry.id = this.binding.createTensor(entry.shape, entry.dtype, entry.values);
      entry.values = null;
    }
    return entry.id;
  }

  entry(dataId: object): TensorEntry {
    if (!this.backend.tensorMap.has(dataId)) engine().moveData(this.backend, dataId);
    return this.backend.tensorMap.get(dataId);
  }

  /** Widens what is still half and takes the wrapped binding out again. */
  dispose(): void {
    if (this.#backend === null) return;
    this.onDispose();
    for (const entry of this.#halves.values()) {
      const old = entry.id;
      entry.id = this.binding.cast(old, typeOfStorage('float32'));
      this.binding.deleteTensor(old);
    }
    this.binding.cache.clear();
    this.#leave();
  }

  #entry(dataId: object): TensorEntry | undefined {
    const map = this.#backend?.tensorMap;
    return map?.has(dataId) === true ? map.get(dataId) : undefined;
  }

  #note(dataId: object, entry: TensorEntry): void {
    const { values } = entry;
    if (values !== null) {
      const [value] = values;
      if (values.length === 1 && typeof value === 'number') this.#scalars.set(dataId, value);
    } else if (storageOfType(this.binding.ledger.dataType(entry.id)) !== 'float32') {
      this.#halves.set(entry.id, entry);
    }
  }
}
