/** A handle in another type, kept so that it is cast once however often it is used. */
interface Twin {
  readonly id: number;
  readonly bytes: number;
}

/** How much the cache holds. */
export interface CastCacheBytes {
  readonly cachedBytes: number;
  readonly cachedHandles: number;
}

/**
 * Twins of handles in other types, least recently used first, up to a number of bytes.
 *
 * A weight that is read in the forward and in the backward pass is cast once: its twin lives as long as the handle, which
 * TensorFlow.js gives up when the optimizer assigns the next value. Twins belong to the cache, which deletes them.
 */
export class CastCache {
  readonly #twins = new Map<string, Twin>(); // in the order of use
  readonly #types = new Map<number, Set<number>>();
  readonly #limit: number;
  readonly #remove: (id: number) => void;
  #bytes = 0;

  /**
   * @param limit - bytes; 0 keeps nothing
   * @param remove - deletes a handle
   */
  constructor(limit: number, remove: (id: number) => void) {
    this.#limit = limit;
    this.#remove = remove;
  }

  /** The twin of a handle, or undefined; from now on it is the most recently used. */
  find(id: number, dataType: number): number | undefined {
    const key = keyOf(id, dataType);
    const twin = this.#twins.get(key);
    if (twin === undefined) return undefined;
    this.#twins.delete(key);
    this.#twins.set(key, twin);
    return twin.id;
  }

  /** Takes a twin over, unless it alone is more than the limit. Whoever goes over the limit is removed by `trim`. */
  keep(id: number, dataType: number, twin: Twin): boolean {
    if (twin.bytes > this.#limit) return false;
    this.#twins.set(keyOf(id, dataType), twin);
    this.#types.set(id, (this.#types.get(id) ?? new Set()).add(dataType));
    this.#bytes += twin.bytes;
    return true;
  }

  /** Deletes the twins that were used longest ago until the rest fits. Call it when no op is being put together. */
  trim(): number {
    let evicted = 0;
    for (const key of this.#twins.keys()) {
      if (this.#bytes <= this.#limit) break;
      const [id, dataType] = key.split(':').map(Number) as [number, number];
      this.#drop(id, dataType);
      evicted++;
    }
    return evicted;
  }

  /** The handle is gone, and its twins with it. */
  forget(id: number): void {
    for (const dataType of this.#types.get(id) ?? []) this.#drop(id, dataType);
  }

  clear(): void {
    for (const id of this.#types.keys()) this.forget(id);
  }

  bytes(): CastCacheBytes {
    return { cachedBytes: this.#bytes, cachedHandles: this.#twins.size };
  }

  #drop(id: number, dataType: number): void {
    const key = keyOf(id, dataType);
    const twin = this.#twins.get(key);
    if (twin === undefined) return;
    this.#twins.delete(key);
    this.#bytes -= twin.bytes;
    const types = this.#types.get(id);
    types?.delete(dataType);
    if (types?.size === 0) this.#types.delete(id);
    this.#remove(twin.id);
  }
}

function keyOf(id: number, dataType: number): string {
  return `${id}:${dataType}`;
}
