import type { TensorInfo } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import type { Session } from '../backend/session.ts';
import { dataTypes } from '../binding/data-types.ts';
import type { HalfBinding } from '../binding/half-binding.ts';
import type { NodeBackend, TensorEntry, TensorMap } from '../library/node-backend.ts';

/** Where fused steps find tensors and put them: the session's backend, and after `dispose()` the one that it left. */
export class Host {
  readonly binding: HalfBinding;
  readonly #session: Session;
  #left: NodeBackend | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.binding = session.binding;
  }

  get map(): TensorMap {
    return this.#backend.tensorMap;
  }

  /** The plug-in is taken out: loss scales that it made go on with the backend as it is. */
  leave(): void {
    this.#left = this.#backend;
  }

  /** What tfjs-node keeps of a tensor, brought from another backend where need be. */
  entry(dataId: object): TensorEntry {
    if (!this.map.has(dataId)) engine().moveData(this.#backend, dataId);
    return this.map.get(dataId);
  }

  /** The handle of a tensor, uploaded where need be. */
  handleOf(dataId: object): number {
    const entry = this.entry(dataId);
    if (entry.values !== null) {
      entry.id = this.binding.createTensor(entry.shape, entry.dtype, entry.values);
      entry.values = null;
    }
    return entry.id;
  }

  /** A tensor of tfjs around a handle; the caller owns it. */
  own(id: number, shape: readonly number[], dtype: 'float32' | 'int32' | 'bool' = 'float32'): TensorInfo {
    return this.put({ shape: [...shape], dtype: dataTypes[dtype], values: null, id, refCount: 1 }, dtype);
  }

  /** A tensor of tfjs for an entry. */
  put(entry: TensorEntry, dtype: 'float32' | 'int32' | 'bool' = 'float32'): TensorInfo {
    const dataId = {};
    this.map.set(dataId, entry);
    return { dataId, shape: [...entry.shape], dtype };
  }

  /** Lets go of a tensor that `own` or `put` made. */
  drop({ dataId }: TensorInfo): void {
    this.#backend.disposeData(dataId);
  }

  get #backend(): NodeBackend {
    return this.#left ?? this.#session.backend;
  }
}
