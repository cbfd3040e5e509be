import type { Storage } from '@halftone/autocast';
import type { HalfTensorData } from '../storage-data.ts';
import type { GraphNode, GraphShape, SlotFacts } from './node.ts';
import { readsOf } from './node.ts';
import { slotBytes, STORAGE_USAGE } from './slot-bytes.ts';

let epochs = 0;

const STORAGE_WORD = { float32: 's', float16: 'h', bfloat16: 'b' } as const;

/** Work that was asked for and not yet done, in the order in which it was asked for. */
export class PendingGraph {
  readonly epoch: number = ++epochs;
  readonly nodes: GraphNode[] = [];
  readonly slots: HalfTensorData[] = [];
  readonly sizes: number[] = [];
  readonly #producers: number[] = [];
  /** Storages of slots whose data has moved on to another slot. */
  readonly #past = new Map<number, Storage>();
  readonly #keys: string[] = [];

  get empty(): boolean {
    return this.nodes.length === 0;
  }

  /** Whether this data is made or read by a node of this graph. */
  holds(data: HalfTensorData): boolean {
    return data.place?.epoch === this.epoch;
  }

  /** The slot of data that a node reads. */
  read(data: HalfTensorData, size: number): number {
    return this.holds(data) ? (data.place?.slot ?? 0) : this.#add(data, size, false);
  }

  /** A slot for data that the next node makes; the slot that it had before, if any, keeps its storage. */
  made(data: HalfTensorData, size: number): number {
    if (this.holds(data)) this.#past.set(data.place?.slot ?? -1, data.storage ?? 'float32');
    return this.#add(data, size, true);
  }

  /** Adds the node that makes the slots made since the last one. */
  push(node: GraphNode): void {
    for (const slot of node.outputs) this.#producers[slot] = this.nodes.length;
    this.nodes.push(node);
    this.#keys.push(node.key);
  }

  /** What the planner may know, and the words that tell this graph from others. With `unread`, final results that nobody refers to count as needed. */
  shape(unread = false): { readonly shape: GraphShape; readonly fingerprint: string } {
    const read = new Set(unread ? this.nodes.flatMap(readsOf) : []);
    const isFinal = (slot: number): boolean => unread && (this.#producers[slot] ?? -1) >= 0 && !read.has(slot);
    const facts = this.slots.map((data, slot): SlotFacts => ({
      size: this.sizes[slot] ?? 0,
      dtype: data.dtype,
      storage: this.#past.get(slot) ?? data.storage ?? 'float32',
      producer: this.#producers[slot] ?? -1,
      live: (data.disposed !== true && data.place?.slot === slot && data.place.epoch === this.epoch) || isFinal(slot),
      foreign: data.external === true || isOdd(data, this.sizes[slot] ?? 0),
    }));
    const words = facts.map(
      ({ size, storage, live, foreign, dtype }) => `${size}${STORAGE_WORD[storage]}${dtype[0]}${live ? 'L' : ''}${foreign ? 'F' : ''}`,
    );
    return { shape: { nodes: this.nodes, slots: facts }, fingerprint: `${this.#keys.join(';')}|${words.join()}` };
  }

  #add(data: HalfTensorData, size: number, pending: boolean): number {
    const slot = this.slots.length;
    data.place = { epoch: this.epoch, slot, pending };
    this.slots.push(data);
    this.sizes.push(size);
    this.#producers.push(-1);
    return slot;
  }
}

/** A copy of a user's buffer may be larger than its tensor, or of another usage: it is read, and given to no other tensor. */
function isOdd({ resource, storage }: HalfTensorData, size: number): boolean {
  const buffer = resource as GPUBuffer | null | undefined;
  return (
    buffer !== null &&
    buffer !== undefined &&
    (buffer.size !== slotBytes({ size, storage: storage ?? 'float32' }) || buffer.usage !== STORAGE_USAGE)
  );
}
