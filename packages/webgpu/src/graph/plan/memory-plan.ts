import type { GraphShape } from '../node.ts';

/** What one step of a plan does to slots. */
export interface StepEffects {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Pairs [output, input]: the output is made in the input's buffer. */
  readonly updates: readonly (readonly [number, number])[];
}

/** A buffer that a plan works with. */
export type PlanBuffer =
  | { readonly kind: 'external'; readonly slot: number }
  /** Holds what outlives the plan: exactly as large as its tensor. */
  | { readonly kind: 'own'; bytes: number }
  /** Holds one thing after the other while the plan runs. */
  | { readonly kind: 'temporary'; bytes: number };

/** Which buffer each slot lies in, and which updates need a copy first. */
export interface MemoryPlan {
  readonly buffers: readonly PlanBuffer[];
  readonly bufferOf: ReadonlyMap<number, number>;
  /** By step: copies [from, to, bytes] before it. */
  readonly copies: ReadonlyMap<number, readonly (readonly [number, number, number])[]>;
}

/** One place in memory through which slots pass by updates, and when it is in use. */
interface Holder {
  readonly bytes: number;
  /** The slot that brings its buffer from outside, or -1. */
  readonly external: number;
  readonly first: number;
  last: number;
  /** A tensor refers to what it holds in the end. */
  live: boolean;
  buffer: number;
}

/** A buffer with the steps in which it is taken. */
interface Room {
  readonly buffer: number;
  readonly bytes: number;
  /** It may stay with a tensor when the plan has run. */
  readonly leaves: boolean;
  readonly taken: (readonly [first: number, last: number])[];
}

/**
 * Gives every slot a buffer: what is no longer needed makes room for what comes after. A buffer from outside that no
 * tensor refers to any more is taken over, so weights are updated where they lie; where somebody still holds the old
 * value, an update works on a copy.
 *
 * Large things are placed first, each in the smallest room that is free while it is needed (greedy by size, Pisarchyk and
 * Lee, "Efficient memory management for deep neural net inference", arXiv 2001.03288).
 */
export function planMemory(graph: GraphShape, steps: readonly StepEffects[], bytesOf: (slot: number) => number): MemoryPlan {
  const { holders, holderOf, copies } = findHolders(graph, steps, bytesOf);
  const buffers: PlanBuffer[] = [];
  const rooms: Room[] = [];
  const forever = steps.length;
  for (const holder of holders) {
    if (holder.external < 0) continue;
    holder.buffer = buffers.push({ kind: 'external', slot: holder.external }) - 1;
    rooms.push({ buffer: holder.buffer, bytes: holder.bytes, leaves: true, taken: [[0, holder.live ? forever : holder.last]] });
  }
  const place = (holder: Holder): void => {
    const end = holder.live ? forever : holder.last;
    const fits = (room: Room): boolean =>
      (holder.live ? room.leaves && room.bytes === holder.bytes : room.bytes >= holder.bytes) &&
      room.taken.every(([first, last]) => last < holder.first || first > end);
    const best = rooms.filter(fits).reduce<Room | null>((least, room) => (least === null || room.bytes < least.bytes ? room : least), null);
    if (best !== null) {
      best.taken.push([holder.first, end]);
      holder.buffer = best.buffer;
      return;
    }
    holder.buffer = buffers.push({ kind: holder.live ? 'own' : 'temporary', bytes: holder.bytes }) - 1;
    rooms.push({ buffer: holder.buffer, bytes: holder.bytes, leaves: holder.live, taken: [[holder.first, end]] });
  };
  const inside = holders.filter(({ external }) => external < 0);
  for (const live of [true, false])
    for (const holder of inside.filter((one) => one.live === live).sort((a, b) => b.bytes - a.bytes)) place(holder);
  return {
    buffers,
    bufferOf: new Map([...holderOf].map(([slot, { buffer }]) => [slot, buffer])),
    copies: new Map([...copies].map(([step, list]) => [step, list.map(([from, to]) => [from.buffer, to.buffer, to.bytes] as const)])),
  };
}

interface Holders {
  readonly holders: readonly Holder[];
  readonly holderOf: ReadonlyMap<number, Holder>;
  readonly copies: ReadonlyMap<number, readonly (readonly [from: Holder, to: Holder])[]>;
}

/** Follows slots through the steps: an update goes on in the same holder if nobody needs the old value afterwards. */
function findHolders({ slots }: GraphShape, steps: readonly StepEffects[], bytesOf: (slot: number) => number): Holders {
  const lastRead = lastReads(steps);
  const holders: Holder[] = [];
  const holderOf = new Map<number, Holder>();
  const copies = new Map<number, [Holder, Holder][]>();
  const isKept = (slot: number): boolean => slots[slot]?.live === true || slots[slot]?.foreign === true;
  const hold = (slot: number, step: number, external: boolean): Holder => {
    const last = Math.max(lastRead.get(slot) ?? step, step);
    const holder: Holder = {
      bytes: bytesOf(slot),
      external: external ? slot : -1,
      first: external ? 0 : step,
      last,
      live: isKept(slot),
      buffer: -1,
    };
    holders.push(holder);
    holderOf.set(slot, holder);
    return holder;
  };
  for (const [step, { reads, writes, updates }] of steps.entries()) {
    for (const slot of reads) if (!holderOf.has(slot)) hold(slot, step, true);
    for (const [output, input] of updates) {
      const from = holderOf.get(input) ?? hold(input, step, true);
      const passes = !reads.includes(input) && (lastRead.get(input) ?? -1) <= step && !isKept(input) && from.bytes === bytesOf(output);
      if (passes) {
        from.last = Math.max(from.last, lastRead.get(output) ?? step);
        from.live = isKept(output);
        holderOf.set(output, from);
      } else {
        const to = hold(output, step, false);
        copies.set(step, [...(copies.get(step) ?? []), [from, to]]);
      }
    }
    for (const slot of writes) if (!holderOf.has(slot)) hold(slot, step, false);
  }
  return { holders, holderOf, copies };
}

/** The last step that reads each slot. */
function lastReads(steps: readonly StepEffects[]): Map<number, number> {
  const last = new Map<number, number>();
  for (const [step, { reads, updates }] of steps.entries()) {
    for (const slot of reads) last.set(slot, step);
    for (const [, input] of updates) last.set(input, step);
  }
  return last;
}
