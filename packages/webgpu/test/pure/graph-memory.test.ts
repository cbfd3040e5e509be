import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphShape, SlotFacts } from '../../src/graph/node.ts';
import type { MemoryPlan, StepEffects } from '../../src/graph/plan/memory-plan.ts';
import { planMemory } from '../../src/graph/plan/memory-plan.ts';

const BYTES = [4, 64, 64, 256, 1024] as const;

interface Case {
  readonly slots: readonly SlotFacts[];
  readonly steps: readonly StepEffects[];
  readonly bytes: readonly number[];
}

const stepPicks = fc.record({
  reads: fc.array(fc.nat(100), { maxLength: 3 }),
  update: fc.nat(100),
  updates: fc.boolean(),
  writes: fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }),
});

/** Steps that read, go on from and make slots; every slot is made once, or comes from outside. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    outside: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
    steps: fc.array(stepPicks, { minLength: 1, maxLength: 25 }),
    live: fc.array(fc.nat(2), { minLength: 90, maxLength: 90 }),
    foreign: fc.nat(9),
  })
  .map(({ outside, steps, live, foreign }) => {
    const bytes: number[] = outside.map((k) => BYTES[k] as number);
    const made = (size: number): number => bytes.push(size) - 1;
    const list = steps.map(({ reads, update, updates, writes }): StepEffects => {
      const known = bytes.length;
      const from = update % known;
      const pair: [number, number][] = updates ? [[made(bytes[from] as number), from]] : [];
      const outputs = [...pair.map(([output]) => output), ...writes.map((k) => made(BYTES[k] as number))];
      return { reads: [...new Set(reads.map((k) => k % known))], writes: outputs, updates: pair };
    });
    const slots = bytes.map((size, slot): SlotFacts => ({
      size: size / 4,
      dtype: 'float32',
      storage: 'float32',
      producer: slot < outside.length ? -1 : 0,
      live: live[slot] === 0,
      foreign: slot === foreign && slot < outside.length,
    }));
    return { slots, steps: list, bytes };
  });

const planOf = ({ slots, steps, bytes }: Case): MemoryPlan =>
  planMemory({ nodes: [], slots } satisfies GraphShape, steps, (slot) => bytes[slot] as number);

/** Runs the steps on buffers that remember which slot they hold; whoever reads must find its slot. */
function simulate({ slots, steps, bytes }: Case, { buffers, bufferOf, copies }: MemoryPlan): (number | null)[] {
  const held = buffers.map((buffer): number | null => (buffer.kind === 'external' ? buffer.slot : null));
  const at = (slot: number): number => bufferOf.get(slot) as number;
  for (const [index, { reads, writes, updates }] of steps.entries()) {
    for (const [from, to, size] of copies.get(index) ?? []) {
      expect(from).not.toBe(to);
      const slot = held[from] as number;
      expect(bytes[slot]).toBe(size);
      held[to] = slot;
    }
    for (const slot of reads) expect(held[at(slot)]).toBe(slot);
    for (const [output, input] of updates) expect(held[at(output)]).toBe(input);
    expect(new Set(writes.map(at)).size).toBe(writes.length);
    for (const slot of writes) {
      for (const read of reads) expect(at(slot)).not.toBe(at(read));
      const buffer = buffers[at(slot)];
      expect(buffer?.kind === 'external' && slots[buffer.slot]?.foreign).not.toBe(true);
      held[at(slot)] = slot;
    }
  }
  return held;
}

describe('planMemory', () => {
  it('lets every step find what it reads, and goes on from the old value only where nobody needs it', () => {
    fc.assert(
      fc.property(cases, (one) => void simulate(one, planOf(one))),
      { seed: 4, numRuns: 1500 },
    );
  });

  it('leaves everything that a tensor refers to in a buffer of exactly its size that may stay', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const plan = planOf(one);
        const held = simulate(one, plan);
        const kept = new Set<number>();
        for (const [slot, { live, foreign }] of one.slots.entries()) {
          const index = plan.bufferOf.get(slot);
          if ((!live && !foreign) || index === undefined) continue;
          const buffer = plan.buffers[index];
          expect(held[index]).toBe(slot);
          expect(buffer?.kind).not.toBe('temporary');
          expect(buffer?.kind === 'external' ? one.bytes[buffer.slot] : buffer?.bytes).toBe(one.bytes[slot]);
          expect(kept.has(index)).toBe(false); // no two tensors in one buffer
          kept.add(index);
        }
      }),
      { seed: 5, numRuns: 1500 },
    );
  });

  it('gives each slot room, and brings in from outside only what comes from there', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { buffers, bufferOf } = planOf(one);
        const sizeOf = (index: number): number => {
          const buffer = buffers[index];
          return buffer?.kind === 'external' ? (one.bytes[buffer.slot] as number) : (buffer?.bytes ?? 0);
        };
        for (const [slot, index] of bufferOf) expect(sizeOf(index)).toBeGreaterThanOrEqual(one.bytes[slot] as number);
        for (const buffer of buffers) if (buffer.kind === 'external') expect(one.slots[buffer.slot]?.producer).toBe(-1);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  const facts = (live: boolean, producer = 0): SlotFacts => ({
    size: 16,
    dtype: 'float32',
    storage: 'float32',
    producer,
    live,
    foreign: false,
  });
  const weights = (oldLive: boolean, steps: readonly StepEffects[]): MemoryPlan =>
    planMemory({ nodes: [], slots: [facts(oldLive, -1), facts(true)] }, steps, () => 64);

  it('updates weights where they lie', () => {
    const plan = weights(false, [{ reads: [], writes: [1], updates: [[1, 0]] }]);
    expect(plan.buffers).toEqual([{ kind: 'external', slot: 0 }]);
    expect(plan.bufferOf.get(1)).toBe(0);
    expect(plan.copies.size).toBe(0);
  });
  it('copies weights that somebody still holds before they are updated', () => {
    const plan = weights(true, [{ reads: [], writes: [1], updates: [[1, 0]] }]);
    expect(plan.buffers).toEqual([
      { kind: 'external', slot: 0 },
      { kind: 'own', bytes: 64 },
    ]);
    expect(plan.copies.get(0)).toEqual([[0, 1, 64]]);
  });
  it('copies weights whose old value a later step reads', () => {
    const plan = weights(false, [
      { reads: [], writes: [1], updates: [[1, 0]] },
      { reads: [0], writes: [], updates: [] },
    ]);
    expect(plan.copies.size).toBe(1);
    expect(plan.bufferOf.get(1)).not.toBe(plan.bufferOf.get(0));
  });
  it('lets a chain take turns in few buffers, however long it is', () => {
    const length = 50;
    const slots = Array.from({ length: length + 1 }, (_, slot) => facts(slot === length, slot === 0 ? -1 : slot - 1));
    const steps = Array.from({ length }, (_, step): StepEffects => ({ reads: [step], writes: [step + 1], updates: [] }));
    const { buffers } = planMemory(
      { nodes: [], slots: slots.map((slot, index) => (index === 0 ? { ...slot, live: true } : slot)) },
      steps,
      () => 64,
    );
    expect(buffers.length).toBeLessThanOrEqual(4);
  });
});
