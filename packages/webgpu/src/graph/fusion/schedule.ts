import type { Group } from './groups.ts';

/** The groups in an order in which each comes after what it reads, and otherwise as early as it was asked for. */
export function scheduleGroups(groups: readonly Group[]): Group[] {
  const waiting = groups.map(({ dependencies }) => dependencies.size);
  const dependents = new Map<number, number[]>();
  for (const { id, dependencies } of groups)
    for (const other of dependencies) dependents.set(other, [...(dependents.get(other) ?? []), id]);
  const anchor = (group: Group): number => group.members.at(-1) ?? 0;
  const ready = groups.filter(({ dependencies }) => dependencies.size === 0);
  const order: Group[] = [];
  while (ready.length > 0) {
    let best = 0;
    for (let i = 1; i < ready.length; i++) if (anchor(ready[i] as Group) < anchor(ready[best] as Group)) best = i;
    const [group] = ready.splice(best, 1) as [Group];
    order.push(group);
    for (const id of dependents.get(group.id) ?? []) {
      waiting[id] = (waiting[id] ?? 1) - 1;
      if (waiting[id] === 0) ready.push(groups[id] as Group);
    }
  }
  if (order.length !== groups.length)
    throw new Error(
      `[webgpu] the fused graph has a cycle, got ${order.length} of ${groups.length} groups in order. Please report the model; fusion: 'off' runs it.`,
    );
  return order;
}
