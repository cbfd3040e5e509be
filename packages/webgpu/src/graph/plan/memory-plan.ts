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

/** One place in memory through which slots pass by updates. */
interface Holder {
  readonly slots: number[];
  readonly bytes: number;
  readonly external: number;
  last: number;
  live: boolean;
  buffer: number;
}

/**
 * Gives every slot a buffer: what is no longer needed makes room for what comes after. A buffer from outside that no
 * tensor refers to any more is taken over, so weights are updated where they lie; where somebody still holds the old
 * value, an update works on a copy.
 */
export function planMemory({ slots }: GraphShape, steps: readonly StepEffects[], bytesOf: (slot: number) => number): MemoryPlan {
  const lastRead = lastReads(steps);
  const holders: Holder[] = [];
  const holderOf = new Map<number, Holder>();
  const buffers: PlanBuffer[] = [];
  const copies = new Map<number, [number, number, number][]>();
  const free: number[] = [];

  const hold = (slot: number, external: boolean): Holder => {
    const facts = slots[slot];
    const live = facts?.live === true || facts?.foreign === true;
    const holder: Holder = { slots: [slot], bytes: bytesOf(slot), external: external ? slot : -1, last: lastRead.get(slot) ?? -1, live, buffer: -1 };
    if (external) holder.buffer = buffers.push({ kind: 'external', slot }) - 1;
    holders.push(holder);
    holderOf.set(slot, holder);
    return holder;
  };
  const holderOfRead = (slot: number): Holder => holderOf.get(slot) ?? hold(slot, true);

  const place = (holder: Holder, live: boolean): void => {
    const fitting = free.filter((index) => fits(buffers[index] as PlanBuffer, holder.bytes, live, bytesOf));
    const best = fitting.sort((a, b) => sizeOf(buffers[a] as PlanBuffer, bytesOf) - sizeOf(buffers[b] as PlanBuffer, bytesOf))[0];
    if (best !== undefined) {
      free.splice(free.indexOf(best), 1);
      holder.buffer = best;
      return;
    }
    if (!live) {
      const growable = free.filter((index) => buffers[index]?.kind === 'temporary');
      const largest = growable.sort((a, b) => sizeOf(buffers[b] as PlanBuffer, bytesOf) - sizeOf(buffers[a] as PlanBuffer, bytesOf))[0];
      if (largest !== undefined) {
        free.splice(free.indexOf(largest), 1);
        (buffers[largest] as { bytes: number }).bytes = holder.bytes;
        holder.buffer = largest;
        return;
      }
    }
    holder.buffer = buffers.push({ kind: live ? 'own' : 'temporary', bytes: holder.bytes }) - 1;
  };

  // an update goes on in the same holder if nobody needs the old value afterwards
  const passes = steps.map(({ updates, reads }, step) => updates.map(([, input]) => !reads.includes(input) && (lastRead.get(input) ?? -1) <= step && slots[input]?.live !== true && slots[input]?.foreign !== true));
  const liveEnd = liveEnds(slots, steps, passes);
  for (const [step, { reads, writes, updates }] of steps.entries()) {
    for (const slot of reads) holderOfRead(slot);
    for (const [position, [output, input]] of updates.entries()) {
      const from = holderOfRead(input);
      if (passes[step]?.[position] === true && from.bytes === bytesOf(output)) {
        from.slots.push(output);
        from.last = Math.max(from.last, lastRead.get(output) ?? step);
        from.live = slots[output]?.live === true;
        holderOf.set(output, from);
      } else {
        const to = hold(output, false);
        to.last = Math.max(to.last, step);
        place(to, liveEnd.has(output));
        copies.set(step, [...(copies.get(step) ?? []), [from.buffer, to.buffer, to.bytes]]);
      }
    }
    for (const slot of writes) {
      if (holderOf.has(slot)) continue;
      const holder = hold(slot, false);
      holder.last = Math.max(holder.last, step);
      place(holder, liveEnd.has(slot));
    }
    for (const holder of holders) {
      if (holder.last > step || holder.live || holder.buffer < 0 || holder.slots.length === 0) continue;
      free.push(holder.buffer);
      holder.slots.length = 0; // done
    }
  }
  return { buffers, bufferOf: new Map([...holderOf].map(([slot, { buffer }]) => [slot, buffer])), copies };
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

/** Slots whose buffer ends up with a tensor, directly or by updates. */
function liveEnds(slots: GraphShape['slots'], steps: readonly StepEffects[], passes: readonly (readonly boolean[])[]): Set<number> {
  const live = new Set(slots.flatMap((facts, slot) => (facts.live ? [slot] : [])));
  for (let step = steps.length - 1; step >= 0; step--) {
    for (const [position, [output, input]] of (steps[step]?.updates ?? []).entries()) {
      if (live.has(output) && passes[step]?.[position] === true) live.add(input);
    }
  }
  return live;
}

function sizeOf(buffer: PlanBuffer, bytesOf: (slot: number) => number): number {
  return buffer.kind === 'external' ? bytesOf(buffer.slot) : buffer.bytes;
}

/** A buffer for a tensor must be one that may leave the plan, of exactly its size. */
function fits(buffer: PlanBuffer, bytes: number, live: boolean, bytesOf: (slot: number) => number): boolean {
  const size = sizeOf(buffer, bytesOf);
  return live ? buffer.kind !== 'temporary' && size === bytes : size >= bytes;
}
